"""Names and keywords that the active level lacks: served and recorded, or refused when guarded."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from reference_runtime.api import tables
from reference_runtime.touches import LOG

NEW = "comfy-latest"


@pytest.mark.parametrize(
    ("level", "module", "name", "recorded"),
    [
        (
            "studio-0.3.71",
            "studio_api.latest._io",
            "DynamicCombo",
            ("io.DynamicCombo", "newer", NEW),
        ),
        ("comfy-0.3.64", "comfy_api.latest._io", "Tracks", ("io.Tracks", "newer", NEW)),
        (
            "comfy-0.3.64",
            "comfy_api.latest._io",
            "LatentUpscaleModel",
            ("io.LatentUpscaleModel", "newer", "studio-0.3.71"),
        ),
        (
            "comfy-latest",
            "comfy_api.latest._io",
            "NodeInfoV3",
            ("io.NodeInfoV3", "removed", "studio-0.3.71"),
        ),
        (
            "comfy-latest",
            "comfy_api.latest._io",
            "MODEL_PATCH",
            ("io.MODEL_PATCH", "removed", "studio-0.3.71"),
        ),
        (
            "comfy-0.3.64",
            "comfy_api.latest",
            "IO",
            ("comfy_api.latest.IO", "newer", "studio-0.3.71"),
        ),
        (
            "comfy-latest",
            "comfy_api.latest",
            "comfy_io",
            ("comfy_api.latest.comfy_io", "removed", "comfy-0.3.64"),
        ),
        (
            "studio-0.3.71",
            "studio_api.latest",
            "Caching",
            ("studio_api.latest.Caching", "newer", NEW),
        ),
        (
            "studio-0.3.71",
            "studio_api.latest._util",
            "File3D",
            ("studio_api.latest._util.File3D", "newer", NEW),
        ),
        (
            "studio-0.3.71",
            "studio_api.latest._ui",
            "PreviewUI3DAdvanced",
            ("ui.PreviewUI3DAdvanced", "newer", NEW),
        ),
    ],
)
def test_a_name_of_another_level_is_served_and_recorded(
    at: Any, touches: Any, level: str, module: str, name: str, recorded: tuple[str, str, str]
) -> None:
    at(level)
    assert getattr(importlib.import_module(module), name) is not None
    assert touches() == [(*recorded, None)]


def test_a_name_of_the_level_is_not_recorded(at: Any, touches: Any) -> None:
    io = at("comfy-latest")
    assert io.DynamicCombo.Input("a", [])
    assert touches() == []


def test_a_newer_type_of_the_types_group(at: Any, touches: Any) -> None:
    at("comfy-0.3.64")
    types = importlib.import_module("comfy_api.latest").Types
    assert types.MESH.__name__ == "MESH"
    assert touches() == [("Types.MESH", "newer", "studio-0.3.71", None)]


def test_a_newer_enum_member(at: Any, touches: Any) -> None:
    io = at("studio-0.3.71")
    assert io.NumberDisplay.gradient_slider.value == "gradientslider"
    assert touches() == [("io.NumberDisplay.gradient_slider", "newer", NEW, None)]


# --- keywords -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "keyword", "value"),
    [
        ("Int", "advanced", True),
        ("Float", "gradient_stops", []),
        ("String", "raw_link", True),
        ("Combo", "extra_dict", {}),
        ("Image", "advanced", None),
    ],
)
def test_a_newer_keyword_is_accepted_and_recorded(
    io: Any, touches: Any, kind: str, keyword: str, value: Any
) -> None:
    getattr(io, kind).Input("a", **{keyword: value})
    assert touches() == [(f"io.{kind}.Input({keyword}=)", "newer", NEW, None)]


@pytest.mark.parametrize("field", sorted(tables.KEYWORDS["Schema"]))
def test_a_newer_schema_field_is_recorded(io: Any, touches: Any, field: str) -> None:
    io.Schema("n", **{field: None})
    assert touches() == [(f"io.Schema({field}=)", "newer", NEW, None)]


def test_extra_dict_is_new_for_typed_widgets_only(io: Any, touches: Any) -> None:
    io.Image.Input("a", extra_dict={"x": 1})
    io.WidgetInput("a", extra_dict={"x": 1})
    io.MultiType.Input("a", [io.Int], extra_dict={"x": 1})
    assert touches() == []


def test_a_custom_type_and_a_subclass_are_judged_too(io: Any, touches: Any) -> None:
    class Own(io.Int.Input):  # type: ignore[misc]
        pass

    io.Custom("GEM").Input("a", advanced=True)
    Own("a", advanced=True)
    assert [touch[0] for touch in touches()] == [
        "io.CustomComfyType.Input(advanced=)",
        "io.Int.Input(advanced=)",
    ]


def test_nothing_is_newer_at_latest(at: Any, touches: Any) -> None:
    io = at("comfy-latest")
    io.Int.Input("a", advanced=True)
    io.Schema("n", search_aliases=["b"])
    assert touches() == []


def test_the_newest_calling_forms_of_matchtype_are_recorded(io: Any, touches: Any) -> None:
    io.MatchType.Output(io.MatchType.Template("t"))
    assert [touch[:3] for touch in touches()] == [
        ("io.MatchType.Template() without allowed_types", "newer", NEW),
        ("io.MatchType.Output() without id", "newer", NEW),
    ]


# --- feature detection --------------------------------------------------------------------------


def test_guarded_names_are_absent_as_in_the_host(run_pack: Any, touches: Any) -> None:
    space = run_pack(
        "from studio_api.latest import io\n"
        "try:\n"
        "    from studio_api.latest._io import DynamicCombo\n"
        "except ImportError:\n"
        "    DynamicCombo = None\n"
        "try:\n"
        "    from studio_api.latest import comfy_io\n"
        "except ImportError:\n"
        "    comfy_io = None\n"
        "autogrow = getattr(io, 'Autogrow', None)\n"
        "has = hasattr(io, 'PriceBadge')\n"
        "ramp = hasattr(io.NumberDisplay, 'gradient_slider')\n"
    )
    assert (space["DynamicCombo"], space["comfy_io"], space["autogrow"]) == (None, None, None)
    assert (space["has"], space["ramp"]) == (False, False)
    assert touches() == []


def test_a_guarded_keyword_is_a_type_error_as_in_the_host(run_pack: Any, touches: Any) -> None:
    space = run_pack(
        "from studio_api.latest import io\n"
        "try:\n"
        "    made = io.Int.Input('a', advanced=True)\n"
        "except TypeError:\n"
        "    made = 'plain'\n"
    )
    assert space["made"] == "plain"
    assert touches() == []


def test_a_keyword_under_an_import_guard_is_still_recorded(run_pack: Any, touches: Any) -> None:
    run_pack(
        "try:\n"
        "    from studio_api.latest import io\n"
        "    made = io.Int.Input('a', advanced=True)\n"
        "except ImportError:\n"
        "    pass\n"
    )
    assert [touch[0] for touch in touches()] == ["io.Int.Input(advanced=)"]


def test_an_unguarded_touch_knows_the_packs_line(run_pack: Any) -> None:
    run_pack("from studio_api.latest import io\n\nio.Schema('n',\n          search_aliases=[])\n")
    [touch] = LOG.as_dicts()
    assert touch["file"].endswith("pack.py")
    assert touch["line"] in (3, 4)


# --- brands -------------------------------------------------------------------------------------


def test_the_other_brands_spelling_is_served_and_recorded(touches: Any) -> None:
    studio = importlib.import_module("studio_api.latest")
    assert studio.ComfyExtension is studio.StudioExtension
    assert studio.io.ComfyNode is studio.io.StudioNode
    assert touches() == [
        ("studio_api.latest.ComfyExtension", "brand", None, "studio_api.latest.StudioExtension"),
        ("studio_api.latest._io.ComfyNode", "brand", None, "studio_api.latest._io.StudioNode"),
    ]


def test_studios_spelling_through_the_comfy_tree(at: Any, touches: Any) -> None:
    io = at("comfy-0.3.64")
    assert io.StudioNode is io.ComfyNode
    assert [touch[1] for touch in touches()] == ["brand"]


def test_a_guarded_spelling_of_the_other_brand_is_absent(run_pack: Any, touches: Any) -> None:
    space = run_pack(
        "from studio_api.latest import io\n"
        "Base = getattr(io, 'ComfyNode', None) or io.StudioNode\n"
        "there = hasattr(io, 'ComfyNode')\n"
    )
    assert space["there"] is False
    assert space["Base"].__name__ == "ComfyNode"
    assert touches() == []
