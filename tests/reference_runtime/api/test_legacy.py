"""The prototype's names: they work through the opt-in modules, and each use names today's name."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from reference_runtime.api import legacy
from reference_runtime.api.internal import make_locked_method_func
from reference_runtime.api.resources import ResourcesLocal, TorchDictFolderFilename
from reference_runtime.api.state import NodeStateLocal

PACK = """
from {root}.v3 import io

class Old(io.{brand}NodeV3):
    @classmethod
    def DEFINE_SCHEMA(cls):
        return io.SchemaV3(
            node_id="Old",
            inputs=[
                io.Int.Input("n", widgetType="KNOB"),
                io.String.Input("s", types=[io.Image]),
                io.Combo.Input("c", options=["a"], image_upload=True),
                io.InputV3("plain"),
            ][:3],
            outputs=[io.Image.Output()],
        )

    @classmethod
    def execute(cls, **kwargs):
        cls.state.runs = (cls.state.runs or 0) + 1
        return io.NodeOutput(cls.state.runs)
"""


@pytest.fixture(params=["comfy", "studio"])
def pack(request: Any, run_pack: Any) -> Any:
    brand = request.param
    return run_pack(PACK.format(root=f"{brand}_api", brand=brand.capitalize()))


def test_an_old_node_gives_a_schema_and_an_entry(pack: Any) -> None:
    entry = pack["Old"].GET_NODE_INFO_V1()
    inputs = entry["input"]["required"]
    assert inputs["n"] == ("KNOB", {"widgetType": "KNOB"})
    assert inputs["s"][0] == "STRING,IMAGE"
    assert inputs["c"][1]["image_upload"] is True
    assert pack["Old"].RETURN_TYPES == ["IMAGE"]


def test_each_use_is_recorded_with_todays_name(pack: Any, touches: Any) -> None:
    pack["Old"].GET_SCHEMA()
    recorded = {name: today for name, kind, _, today in touches() if kind == "legacy"}
    assert recorded["DEFINE_SCHEMA"] == "define_schema"
    assert recorded["SchemaV3"] == "Schema"
    assert recorded["InputV3"] == "Input"
    assert recorded["widgetType="] == "widget_type="
    assert recorded["types="] == "MultiType.Input"
    assert recorded["image_upload="] == "upload=UploadType.image"
    assert recorded.keys() & {"comfy_api.v3", "studio_api.v3"}
    assert recorded.keys() & {"ComfyNodeV3", "StudioNodeV3"}


def test_state_lives_per_node_from_call_to_call(pack: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(legacy, "_states", {})
    node = pack["Old"]
    node.GET_SCHEMA()

    def run(node_id: str) -> Any:
        clone = node.PREPARE_CLASS_CLONE({"UNIQUE_ID": node_id})
        return make_locked_method_func(node, "EXECUTE_NORMALIZED", clone)().args[0]

    assert [run("1"), run("1"), run("2"), run("1")] == [1, 2, 1, 3]


def test_an_old_node_without_a_schema(run_pack: Any) -> None:
    space = run_pack(
        "from studio_api.v3 import io\n"
        "class Old(io.ComfyNodeV3):\n"
        "    @classmethod\n"
        "    def execute(cls): ...\n"
    )
    with pytest.raises(NotImplementedError, match="neither define_schema nor DEFINE_SCHEMA"):
        space["Old"].GET_SCHEMA()


def test_the_old_method_names(run_pack: Any, touches: Any) -> None:
    space = run_pack(
        "from studio_api.v3_01 import io\n"
        "made = io.Int.Input('a', min=1)\n"
        "answer = made.as_dict_V1(), made.get_io_type_V1()\n"
    )
    assert space["answer"] == ({"optional": False, "min": 1}, "INT")
    assert ("as_dict_V1", "legacy", None, "as_dict") in touches()


def test_the_old_ui_results(run_pack: Any) -> None:
    space = run_pack(
        "from studio_api.v3 import ui\n"
        "shown = [ui.UIImages([1], True), ui.UILatents([2]), ui.UIAudio([3]), ui.UI3D([4]),\n"
        "         ui.UIText('t')]\n"
    )
    assert [each.as_dict() for each in space["shown"]] == [
        {"images": [1], "animated": (True,)},
        {"latents": [2]},
        {"audio": [3]},
        {"3d": [4]},
        {"text": ("t",)},
    ]


def test_a_guarded_import_of_the_prototype_is_refused_as_in_the_host(run_pack: Any) -> None:
    space = run_pack(
        "try:\n"
        "    from studio_api.v3 import io\n"
        "except ImportError:\n"
        "    from studio_api.latest import io\n"
        "name = io.__name__\n"
    )
    assert space["name"] == "studio_api.latest._io"


def test_todays_modules_lack_the_old_names_but_tell(touches: Any) -> None:
    from studio_api.latest import io  # type: ignore[import-not-found]

    with pytest.raises(AttributeError, match="SchemaV3"):
        io.SchemaV3  # noqa: B018
    assert touches() == [("io.SchemaV3", "legacy", None, "Schema")]


# --- state and resources ------------------------------------------------------------------------


def test_a_state_by_attribute_and_by_item() -> None:
    state = NodeStateLocal("7")
    assert (state.absent, state["absent"], state.get_value("absent")) == (None, None, None)
    state.a = 1
    state["b"] = 2
    assert (state["a"], state.b, "a" in state, "z" in state) == (1, 2, True, False)
    del state.a
    del state["z"]
    assert (state.pop("b"), state.pop("b")) == (2, None)
    assert state.node_id == "7"


def test_a_state_can_be_copied_and_pickled() -> None:
    state = NodeStateLocal("7")
    state.a = [1]
    assert copy.deepcopy(state).a == [1]
    assert pickle.loads(pickle.dumps(state)).a == [1]
    assert not hasattr(state, "__len__")


def test_keys_of_resources() -> None:
    key = TorchDictFolderFilename("loras", "a")
    assert key == TorchDictFolderFilename("loras", "a")
    assert hash(key) == hash(TorchDictFolderFilename("loras", "a"))
    assert key != TorchDictFolderFilename("vae", "a")
    assert key != ("loras", "a")


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A host with every file but "missing"; gives the list of what was loaded."""
    import sys
    from types import SimpleNamespace

    loaded: list[str] = []

    def full_path(folder: str, name: str) -> str | None:
        return None if name == "missing" else f"/{folder}/{name}"

    def or_raise(folder: str, name: str) -> str:
        path = full_path(folder, name)
        if path is None:
            raise FileNotFoundError(name)
        return path

    def load(path: str, safe_load: bool = False) -> dict[str, Any]:
        assert safe_load
        loaded.append(path)
        return {"w": SimpleNamespace(numel=lambda: 10, element_size=lambda: 4)}

    paths = SimpleNamespace(get_full_path=full_path, get_full_path_or_raise=or_raise)
    monkeypatch.setitem(sys.modules, "folder_paths", paths)
    monkeypatch.setitem(sys.modules, "comfy.utils", SimpleNamespace(load_torch_file=load))
    return loaded


def test_a_resource_is_loaded_once(models: list[str]) -> None:
    resources = ResourcesLocal()
    key = TorchDictFolderFilename("loras", "a")
    assert resources.get(key) is resources.get(key)
    assert models == ["/loras/a"]


def test_a_missing_resource(models: list[str]) -> None:
    key = TorchDictFolderFilename("loras", "missing")
    assert ResourcesLocal().get(key, "default") == "default"
    with pytest.raises(FileNotFoundError):
        ResourcesLocal().get(key)
    with pytest.raises(TypeError, match="can't load"):
        ResourcesLocal().get("loras/a")  # type: ignore[arg-type]


def test_the_least_recently_used_resource_goes_first(models: list[str]) -> None:
    resources = ResourcesLocal(max_bytes=100)
    a, b, c = (TorchDictFolderFilename("loras", name) for name in "abc")
    for key in (a, b, a, c, a):
        resources.get(key)
    assert models == ["/loras/a", "/loras/b", "/loras/c"]
    resources.get(b)
    assert models[-1] == "/loras/b"
