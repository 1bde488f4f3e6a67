"""Each widget's keys, their order and spelling, its parameter order, and what differs by level."""

from __future__ import annotations

import inspect
import json
from enum import Enum
from typing import Any

import pytest

BASE = {"display_name": "d", "optional": True, "tooltip": "t", "lazy": True}


def full(kind: Any, *args: Any, **options: Any) -> list[tuple[str, Any]]:
    return list(kind("a", *args, **BASE, **options).as_dict().items())


def test_boolean(io: Any) -> None:
    options = {
        "default": False,
        "label_on": "on",
        "label_off": "off",
        "socketless": True,
        "force_input": False,
    }
    assert full(io.Boolean.Input, **options) == [
        *BASE.items(),
        ("default", False),
        ("socketless", True),
        ("forceInput", False),
        ("label_on", "on"),
        ("label_off", "off"),
    ]


def test_int(io: Any) -> None:
    options = {
        "default": 1,
        "min": 0,
        "max": 9,
        "step": 2,
        "control_after_generate": True,
        "display_mode": io.NumberDisplay.slider,
        "socketless": True,
        "force_input": True,
    }
    assert full(io.Int.Input, **options) == [
        *BASE.items(),
        ("default", 1),
        ("socketless", True),
        ("forceInput", True),
        ("min", 0),
        ("max", 9),
        ("step", 2),
        ("control_after_generate", True),
        ("display", "slider"),
    ]


def test_float(io: Any) -> None:
    made = full(io.Float.Input, default=0.5, min=0, max=1, step=0.1, round=False)
    assert made == [
        *BASE.items(),
        ("default", 0.5),
        ("min", 0),
        ("max", 1),
        ("step", 0.1),
        ("round", False),
    ]


def test_int_gives_the_display_value_and_float_the_member(io: Any) -> None:
    """B11: the same JSON either way."""
    shown = io.NumberDisplay.slider
    as_int = io.Int.Input("a", display_mode=shown).as_dict()["display"]
    as_float = io.Float.Input("a", display_mode=shown).as_dict()["display"]
    assert type(as_int) is str
    assert as_float is shown
    assert json.dumps(as_int) == json.dumps(as_float)


def test_a_display_mode_that_is_a_plain_string_fails_for_int_only(io: Any) -> None:
    assert io.Float.Input("a", display_mode="slider").as_dict()["display"] == "slider"
    with pytest.raises(AttributeError, match="value"):
        io.Int.Input("a", display_mode="slider").as_dict()


def test_string(io: Any) -> None:
    assert io.String.Input("a").as_dict() == {"optional": False, "multiline": False}
    made = full(io.String.Input, multiline=True, placeholder="p", default="x", dynamic_prompts=True)
    assert made == [
        *BASE.items(),
        ("default", "x"),
        ("multiline", True),
        ("placeholder", "p"),
        ("dynamicPrompts", True),
    ]


def test_combo_with_everything(io: Any) -> None:
    remote = io.RemoteOptions("/r", False, "last", timeout=1, max_retries=0)
    made = full(
        io.Combo.Input,
        ["x"],
        default="x",
        control_after_generate=True,
        upload=io.UploadType.image,
        image_folder=io.FolderType.output,
        remote=remote,
        socketless=True,
    )
    assert made == [
        *BASE.items(),
        ("default", "x"),
        ("socketless", True),
        ("multiselect", False),
        ("options", ["x"]),
        ("control_after_generate", True),
        ("image_upload", True),
        ("image_folder", "output"),
        (
            "remote",
            {
                "route": "/r",
                "refresh_button": False,
                "control_after_refresh": "last",
                "timeout": 1,
                "max_retries": 0,
            },
        ),
    ]


@pytest.mark.parametrize(
    ("member", "key"),
    [
        ("image", "image_upload"),
        ("audio", "audio_upload"),
        ("video", "video_upload"),
        ("model", "file_upload"),
    ],
)
def test_the_upload_key_is_the_members_value(io: Any, member: str, key: str) -> None:
    assert io.Combo.Input("a", upload=io.UploadType[member]).as_dict()[key] is True


def test_combo_takes_its_options_second(io: Any) -> None:
    assert io.Combo.Input("a", ["x", "y"], "Shown").as_dict()["display_name"] == "Shown"


def test_enum_options_and_default_become_values(io: Any) -> None:
    class Mode(Enum):
        FAST = "fast"
        SLOW = 2

    made = io.Combo.Input("a", options=Mode, default=Mode.SLOW).as_dict()
    assert (made["options"], made["default"]) == (["fast", 2], 2)


def test_combo_keeps_the_options_container_it_was_given(io: Any) -> None:
    keys = {"a": 1}.keys()
    assert io.Combo.Input("a", options=keys).as_dict()["options"] is keys


@pytest.mark.parametrize(
    ("level", "io_type"),
    [("comfy-0.3.64", ["x"]), ("studio-0.3.71", ["x"]), ("comfy-latest", "COMBO")],
)
def test_the_io_type_of_a_combo_output(at: Any, level: str, io_type: Any) -> None:
    """B13: up to 0.3.71 the options list itself."""
    io = at(level)
    assert io.Combo.Output("o", "shown", ["x"]).io_type == io_type
    assert io.Combo.Output().io_type == ("COMBO" if level == "comfy-latest" else [])


def test_multicombo_up_to_0_3_71(io: Any) -> None:
    made = full(io.MultiCombo.Input, ["x"], default=["x"], placeholder="p", chip=False)
    assert made == [
        *BASE.items(),
        ("default", ["x"]),
        ("multiselect", True),
        ("options", ["x"]),
        ("multi_select", True),
        ("placeholder", "p"),
        ("chip", False),
    ]
    assert not hasattr(io.MultiCombo, "Output")


def test_multicombo_at_latest_says_its_look_in_an_object(at: Any) -> None:
    made = at("comfy-latest").MultiCombo.Input("a", ["x"], placeholder="p", chip=True).as_dict()
    assert made["multi_select"] == {"placeholder": "p", "chip": True}
    assert "chip" not in made


def test_webcam(io: Any) -> None:
    assert full(io.Webcam.Input, default="x", socketless=True) == [
        *BASE.items(),
        ("default", "x"),
        ("socketless", True),
    ]


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        ("Boolean", "default label_on label_off socketless force_input"),
        ("Int", "default min max step control_after_generate display_mode socketless force_input"),
        ("Float", "default min max step round display_mode socketless force_input"),
        ("String", "multiline placeholder default dynamic_prompts socketless force_input"),
        ("Webcam", "default socketless"),
    ],
)
@pytest.mark.parametrize("level", ["comfy-0.3.64", "studio-0.3.71"])
def test_the_order_of_parameters(at: Any, level: str, kind: str, order: str) -> None:
    """The signature a pack sees is the active level's, without the newer keywords."""
    signature = inspect.signature(getattr(at(level), kind).Input)
    assert list(signature.parameters) == [
        *["id", "display_name", "optional", "tooltip", "lazy"],
        *order.split(),
    ]


def test_the_order_of_a_combos_parameters(io: Any) -> None:
    assert list(inspect.signature(io.Combo.Input).parameters) == [
        "id",
        "options",
        "display_name",
        "optional",
        "tooltip",
        "lazy",
        "default",
        "control_after_generate",
        "upload",
        "image_folder",
        "remote",
        "socketless",
    ]


def test_the_signature_at_latest_has_the_newer_keywords(at: Any) -> None:
    names = list(inspect.signature(at("comfy-latest").Int.Input).parameters)
    assert names[-3:] == ["extra_dict", "raw_link", "advanced"]


def test_an_unknown_keyword_is_a_type_error(io: Any) -> None:
    with pytest.raises(TypeError, match="nonsense"):
        io.Int.Input("a", nonsense=1)
    with pytest.raises(TypeError, match="force_input"):
        io.Combo.Input("a", force_input=True)


def test_what_latest_adds_to_numbers(at: Any) -> None:
    io = at("comfy-latest")
    seed = io.Int.Input("a", control_after_generate=io.ControlAfterGenerate.fixed).as_dict()
    assert seed["control_after_generate"] == "fixed"
    ramp = io.Float.Input(
        "a", display_mode=io.NumberDisplay.gradient_slider, gradient_stops=[{"at": 0}]
    ).as_dict()
    assert (ramp["display"], ramp["gradient_stops"]) == ("gradientslider", [{"at": 0}])


def test_remote_combo_is_checked(at: Any) -> None:
    io = at("comfy-latest")
    items = io.RemoteItemSchema(value="id")
    with pytest.raises(ValueError, match="must begin with '/'"):
        io.RemoteComboOptions("r", items)
    with pytest.raises(ValueError, match="at least 128"):
        io.RemoteComboOptions("/r", items, refresh=127)
    options = io.RemoteComboOptions("/r", items, refresh=0)
    io.Combo.Input("a", remote_combo=options).validate()
    with pytest.raises(ValueError, match="excludes remote and options"):
        io.Combo.Input("a", ["x"], remote_combo=options).validate()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Color", {"default": "#ffffff", "socketless": True}),
        (
            "BoundingBox",
            {"default": {"x": 0, "y": 0, "width": 512, "height": 512}, "socketless": True},
        ),
        ("Curve", {"default": [(0.0, 0.0), (1.0, 1.0)], "socketless": True}),
        ("ImageCompare", {"socketless": True}),
    ],
)
def test_the_newest_widgets(at: Any, kind: str, expected: dict[str, Any]) -> None:
    made = getattr(at("comfy-latest"), kind).Input("a").as_dict()
    assert made == {"optional": False, **expected}
