"""Input, WidgetInput, Output, the io type decorator and the comma-set type strings."""

from __future__ import annotations

from typing import Any

import pytest

LEVELS = ["comfy-0.3.64", "studio-0.3.71", "comfy-latest"]


def test_an_inputs_dict_has_the_base_keys_in_order_then_extra_dict(io: Any) -> None:
    extra = {"q": 1, "none": None, "tooltip": "over"}
    made = io.Input("a", "D", True, "T", False, extra).as_dict()
    assert list(made.items()) == [
        ("display_name", "D"),
        ("optional", True),
        ("tooltip", "over"),
        ("lazy", False),
        ("q", 1),
    ]


def test_optional_stands_even_when_false_and_the_id_never_does(io: Any) -> None:
    assert io.Input("a").as_dict() == {"optional": False}


@pytest.mark.parametrize("kept", [0, "", False, []])
def test_pruning_drops_none_only(io: Any, kept: Any) -> None:
    assert io.WidgetInput("a", default=kept).as_dict()["default"] == kept
    assert "default" not in io.WidgetInput("a", default=None).as_dict()


def test_a_widgets_keys_follow_the_base_keys_in_the_hosts_spelling(io: Any) -> None:
    made = io.WidgetInput(
        "a",
        tooltip="t",
        default=3,
        socketless=False,
        widget_type="W",
        force_input=True,
        extra_dict={"default": 9},
    ).as_dict()
    assert list(made.items()) == [
        ("optional", False),
        ("tooltip", "t"),
        ("default", 3),
        ("socketless", False),
        ("widgetType", "W"),
        ("forceInput", True),
    ]


def test_positions_of_the_widget_input(io: Any) -> None:
    made = io.WidgetInput("a", "d", True, "t", True, 5, False, "W", True, {"e": 1})
    assert (made.default, made.socketless, made.widget_type, made.force_input) == (
        5,
        False,
        "W",
        True,
    )
    assert made.extra_dict == {"e": 1}


def test_the_widget_type_replaces_the_io_type(io: Any) -> None:
    class Typed(io.Int.Input):  # type: ignore[misc]
        pass

    typed = Typed("a")
    typed.widget_type = "KNOB"
    assert typed.get_io_type() == "KNOB"
    assert io.Int.Input("a").get_io_type() == "INT"


def test_an_outputs_dict(io: Any) -> None:
    assert io.Output().as_dict() == {"is_output_list": False}
    assert list(io.Output("i", "d", "t", True).as_dict().items()) == [
        ("display_name", "d"),
        ("tooltip", "t"),
        ("is_output_list", True),
    ]


@pytest.mark.parametrize(
    ("level", "shown"), [("comfy-0.3.64", None), ("studio-0.3.71", None), ("comfy-latest", "i")]
)
def test_an_outputs_id_is_its_display_name_at_latest_only(
    at: Any, level: str, shown: str | None
) -> None:
    assert at(level).Image.Output("i").display_name == shown


def test_the_bare_bases_have_no_io_type(io: Any) -> None:
    with pytest.raises(AttributeError, match="io_type"):
        io.Input("a").get_io_type()


@pytest.mark.parametrize("level", LEVELS)
def test_advanced_and_raw_link_are_accepted_everywhere_but_emitted_at_latest_only(
    at: Any, level: str
) -> None:
    made = at(level).Input("a", raw_link=True, advanced=True, extra_dict={"e": 1}).as_dict()
    newer = {"rawLink": True, "advanced": True} if level == "comfy-latest" else {}
    assert list(made) == ["optional", *newer, "e"]


@pytest.mark.parametrize(
    ("level", "kind"), [("comfy-0.3.64", "_StringIOType"), ("comfy-latest", "str")]
)
def test_the_type_of_wire_types(at: Any, level: str, kind: str) -> None:
    assert type(at(level).Image.Input("a").get_io_type()).__name__ == kind


@pytest.mark.parametrize(
    ("left", "right", "unequal"),
    [
        ("A", "A", False),
        ("A", "B", True),
        ("*", "B", False),
        ("A", "*", False),
        ("A,B", "B", False),
        ("B", "A,B", False),
        ("A,B", "B,A", False),
        ("A,B", "B,C", True),
        ("A,*", "B", True),
        ("A", 3, True),
    ],
)
def test_string_io_types_are_compatible_by_set(
    io: Any, left: str, right: Any, unequal: bool
) -> None:
    assert (io._StringIOType(left) != right) is unequal


def test_string_io_types_stay_equal_and_hash_like_strings(io: Any) -> None:
    assert io._StringIOType("A") == "A"
    assert {io._StringIOType("A"): 1}["A"] == 1


def test_a_plain_string_on_the_left_is_not_compatible(io: Any) -> None:
    """B15: Python asks the left operand, so a v1 output does not fit a v1 wildcard input."""
    assert "IMAGE" != "*"
    assert not (io._StringIOType("IMAGE") != "*")  # noqa: SIM202


# --- the decorator ------------------------------------------------------------------------------


def test_every_io_type_has_its_own_input_class_that_points_back(io: Any) -> None:
    assert io.Image.Input is not io.Mask.Input
    assert io.Image.Input.Parent is io.Image
    assert io.Image.Output.Parent is io.Image
    assert issubclass(io.Image.Input, io.Input)
    assert issubclass(io.Int.Input, io.WidgetInput)


def test_the_widget_name_is_reachable(io: Any) -> None:
    assert io.Int.Input("a")._widget == "Int"
    assert io.MultiCombo.Input("a", [])._widget == "MultiCombo"
    assert io.Input("a")._widget is None


def test_comfytype_rebuilds_a_class_of_its_own(io: Any) -> None:
    @io.comfytype(io_type="GEM", ignored=1)
    class Gem:
        """A gem."""

    assert issubclass(Gem, io.ComfyTypeIO)
    assert (Gem.__name__, Gem.__doc__, Gem.__module__) == ("Gem", "A gem.", __name__)
    assert Gem.Input("a").get_io_type() == "GEM"
    assert Gem.Output().get_io_type() == "GEM"


def test_comfytype_keeps_a_class_that_derives_from_the_bases(io: Any) -> None:
    class Gem(io.ComfyTypeIO):  # type: ignore[misc]
        Type = int

        class Input(io.Input):  # type: ignore[misc]
            def __init__(self, id: str) -> None:
                super().__init__(id, tooltip="own")

    made = io.comfytype(io_type="GEM")(Gem)
    assert made is Gem
    assert Gem.Input("a").as_dict()["tooltip"] == "own"
    assert Gem.Input("a").Type is int


def test_custom_gives_a_new_class_per_call(io: Any) -> None:
    first, second = io.Custom("X"), io.Custom("X")
    assert first is not second
    assert first.Input("a").get_io_type() == second.Output().get_io_type() == "X"
    assert first.Input("a").as_dict() == {"optional": False}


def test_bases_mix_with_abstract_classes(io: Any) -> None:
    from abc import ABC

    class Mixed(io.Int.Input, ABC):  # type: ignore[misc]
        pass

    assert Mixed("a", min=1).as_dict()["min"] == 1


def test_what_the_caller_gave_is_remembered(io: Any) -> None:
    assert io.Int.Input("a", "D", default=None)._given == {"id", "display_name", "default"}
