"""The module trees: which modules and names exist, in which spelling, at which level."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from reference_runtime.api import modules, tables

LEVELS = ["comfy-0.3.64", "studio-0.3.71", "comfy-latest"]
TAILS = [key[4:] for key in modules._BUILDERS if key.startswith("api.") and ".v3" not in key]


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("root", ["comfy_api", "studio_api"])
def test_every_module_of_the_api_is_importable(root: str, tail: str) -> None:
    module = importlib.import_module(f"{root}.{tail}")
    for name in getattr(module, "__all__", []):
        getattr(module, name)


@pytest.mark.parametrize(
    "tail", ["graph", "graph_utils", "utils", "progress", "validation", "caching"]
)
@pytest.mark.parametrize("root", ["comfy_execution", "studio_execution"])
def test_every_module_of_execution_is_importable(root: str, tail: str) -> None:
    assert importlib.import_module(f"{root}.{tail}").__name__ == f"{root}.{tail}"


@pytest.mark.parametrize("name", ["comfy.comfy_types", "studio.comfy_types", "studio.studio_types"])
def test_the_typing_helpers(name: str) -> None:
    package = importlib.import_module(name)
    inner = importlib.import_module(f"{name}.node_typing")
    assert package.IO is inner.IO
    abc = "StudioNodeABC" if name.startswith("studio") else "ComfyNodeABC"
    assert abc in package.__all__
    assert hasattr(inner, abc)


def test_an_unknown_module_is_not_provided() -> None:
    assert modules.provide("comfy_api.nothing") is None
    assert modules.provide("comfy.utils") is None
    assert modules.provide("comfy_apis") is None


def test_a_module_is_the_same_however_it_is_reached() -> None:
    from comfy_api import latest  # type: ignore[import-not-found]

    by_path = importlib.import_module("comfy_api.latest._io")
    assert latest.io is latest._io is latest.IO is by_path
    assert latest.ui is latest.UI is importlib.import_module("comfy_api.latest._ui")
    assert importlib.import_module("comfy_api.v0_0_2").io is by_path


@pytest.mark.parametrize(
    ("level", "names"),
    [
        ("comfy-0.3.64", "API APISync Input InputImpl Types Extension io comfy_io ui"),
        ("studio-0.3.71", "API APISync Input InputImpl Types Extension io IO ui UI"),
        ("comfy-latest", "API APISync Input InputImpl Types Caching Extension io IO ui UI"),
    ],
)
def test_all_of_latest_by_level(at: Any, level: str, names: str) -> None:
    at(level)
    brand = level.split("-")[0]
    prefixed = {"API", "APISync", "Extension"}
    module = importlib.import_module(f"{brand}_api.latest")
    assert module.__all__ == [
        brand.capitalize() + name if name in prefixed else name for name in names.split()
    ]


@pytest.mark.parametrize("level", ["comfy-0.3.64", "studio-0.3.71"])
def test_all_of_io_up_to_0_3_71(at: Any, level: str) -> None:
    io = at(level)
    assert len(io.__all__) == len(set(io.__all__)) == 70
    assert not {"DynamicCombo", "MatchType", "MODEL_PATCH"} & set(io.__all__)
    assert {"NodeInfoV3", "add_to_dict_v3", "Custom"} <= set(io.__all__)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("brand", ["comfy", "studio"])
def test_every_exported_name_stands_in_the_module(at: Any, level: str, brand: str) -> None:
    at(level)
    io = importlib.import_module(f"{brand}_api.latest._io")
    assert [name for name in io.__all__ if name not in vars(io)] == []


def test_a_star_import_gives_what_all_says(run_pack: Any) -> None:
    space = run_pack("from studio_api.latest import *\n")
    assert {"StudioNode", "StudioExtension", "io", "UI"} & set(space) == {
        "StudioExtension",
        "io",
        "UI",
    }


def test_both_trees_share_their_objects() -> None:
    comfy = importlib.import_module("comfy_api.latest")
    studio = importlib.import_module("studio_api.latest")
    assert comfy.io.ComfyNode is studio.io.StudioNode
    assert comfy.io.ComfyTypeIO is studio.io.StudioTypeIO
    assert comfy.io.comfytype is studio.io.studiotype
    assert comfy.ComfyExtension is studio.StudioExtension
    assert comfy.io.Image is studio.io.Image
    assert comfy.ui.PreviewImage is studio.ui.PreviewImage
    graph = importlib.import_module("comfy_execution.graph_utils")
    assert (
        graph.ExecutionBlocker is importlib.import_module("studio_execution.graph").ExecutionBlocker
    )


def test_every_listed_name_has_an_object() -> None:
    from reference_runtime.api.io_names import io_objects

    assert set(tables.IO_NAMES) <= set(io_objects())


@pytest.mark.parametrize(
    "name", ["_IO_V3", "_StringIOType", "_StudioType", "_UIOutput", "DynamicInput", "MODEL_PATCH"]
)
def test_names_that_are_reachable_without_being_exported(at: Any, name: str) -> None:
    io = at("studio-0.3.71")
    assert name in vars(io)
    assert name not in io.__all__


def test_v0_0_1_has_neither_io_nor_extension() -> None:
    old = importlib.import_module("comfy_api.v0_0_1")
    assert old.__all__ == ["ComfyAPI", "ComfyAPISync", "Input", "InputImpl", "Types"]
    for name in ("io", "ui", "ComfyExtension"):
        with pytest.raises(AttributeError, match=name):
            getattr(old, name)
    newer = importlib.import_module("comfy_api.v0_0_2")
    assert "io" not in newer.__all__
    assert newer.ComfyAPI.VERSION == "0.0.2"


def test_the_flat_modules() -> None:
    assert importlib.import_module("comfy_api.input").__all__ == [
        "ImageInput",
        "AudioInput",
        "MaskInput",
        "LatentInput",
        "VideoInput",
    ]
    util = importlib.import_module("comfy_api.util")
    assert util.__all__ == ["VideoContainer", "VideoCodec", "VideoComponents"]
    inner = importlib.import_module("comfy_api.latest._util")
    assert {"MESH", "VOXEL"} <= set(inner.__all__)


def test_image_inputs_are_tensors() -> None:
    torch = pytest.importorskip("torch")
    from comfy_api.input import ImageInput
    from comfy_api.latest import Input

    assert Input.Image is Input.Mask is ImageInput is torch.Tensor


@pytest.mark.parametrize(
    ("group", "known"),
    [("Input", "Video"), ("InputImpl", "VideoFromFile"), ("Types", "VideoCodec")],
)
def test_the_groups_hold_their_names_and_no_others(group: str, known: str) -> None:
    latest = importlib.import_module("comfy_api.latest")
    assert hasattr(getattr(latest, group), known)
    with pytest.raises(AttributeError, match="nothing"):
        getattr(latest, group).nothing  # noqa: B018


def test_an_unknown_name_is_an_error_like_the_hosts() -> None:
    with pytest.raises(ImportError, match="Nonsense"):
        exec("from comfy_api.latest._io import Nonsense")
    with pytest.raises(ImportError, match="Nonsense"):
        exec("from comfy_api.latest import Nonsense")


def test_feature_flags() -> None:
    from comfy_api import feature_flags as flags

    assert flags.get_server_features() == {
        "supports_preview_metadata": True,
        "max_upload_size": 100 * 1024 * 1024,
    }
    sockets = {"s": {"feature_flags": {"a": True, "b": 1}}}
    assert flags.supports_feature(sockets, "s", "a") is True
    assert flags.supports_feature(sockets, "s", "b") is False
    assert flags.get_connection_feature(sockets, "other", "a", 3) == 3


def test_compiling_a_model_needs_a_real_host() -> None:
    from comfy_api.torch_helpers import set_torch_compile_wrapper  # type: ignore[import-not-found]

    with pytest.raises(NotImplementedError, match="needs a real host"):
        set_torch_compile_wrapper(None, "inductor")
