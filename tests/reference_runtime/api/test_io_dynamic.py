"""MultiType, and the inputs that grow or change: their newest form and the older, broken one."""

from __future__ import annotations

from typing import Any

import pytest


def v1(io: Any, made: Any) -> Any:
    groups: dict[str, Any] = {"required": {}}
    io.add_to_dict_v1(made, groups)
    return groups


# --- MultiType ----------------------------------------------------------------------------------


def test_multitype_joins_unique_types(io: Any) -> None:
    made = io.MultiType.Input("a", [io.Image, io.Mask, io.Image])
    assert made.get_io_type() == "IMAGE,MASK"
    assert made.as_dict() == {"optional": False}


def test_a_widget_override_comes_first_and_names_its_widget(io: Any) -> None:
    override = io.Float.Input("f", default=1.0, min=0)
    made = io.MultiType.Input(override, [io.Int, io.Mask], tooltip="t")
    assert (made.id, made.get_io_type()) == ("f", "FLOAT,INT,MASK")
    assert made.as_dict() == {
        "optional": False,
        "default": 1.0,
        "widgetType": "FLOAT",
        "min": 0,
        "tooltip": "t",
    }
    assert "widgetType" not in override.as_dict()


def test_an_override_wins_over_the_other_arguments(io: Any) -> None:
    override = io.Image.Input("f", display_name="D", optional=True, tooltip="T", lazy=True)
    made = io.MultiType.Input(override, [io.Mask], display_name="M", tooltip="mine", lazy=False)
    assert made.as_dict() == {"display_name": "D", "optional": True, "tooltip": "T", "lazy": True}
    assert "widgetType" not in made.as_dict()


@pytest.mark.parametrize(
    ("level", "brand"),
    [("comfy-0.3.64", "COMFY"), ("studio-0.3.71", "STUDIO"), ("comfy-latest", "COMFY")],
)
def test_the_v3_io_types_carry_the_levels_brand(at: Any, level: str, brand: str) -> None:
    io = at(level)
    assert io.MultiType.Output("o").io_type == f"{brand}_MULTITYPED_V3"
    template = io.MatchType.Template("t", [io.Image])
    assert io.MatchType.Input("a", template).get_io_type() == f"{brand}_MATCHTYPE_V3"


# --- the older forms ----------------------------------------------------------------------------


def test_matchtype_up_to_0_3_71_joins_without_separator(io: Any) -> None:
    """B9."""
    template = io.MatchType.Template("t", [io.Image, io.Mask])
    assert io.MatchType.Input("a", template).as_dict()["template"] == {
        "template_id": "t",
        "allowed_types": "IMAGEMASK",
    }
    assert io.MatchType.Output("o", template).id == "o"


def test_matchtype_up_to_0_3_71_refuses_a_single_type(io: Any) -> None:
    """B9."""
    template = io.MatchType.Template("t", io.Image)
    with pytest.raises(TypeError):
        io.MatchType.Input("a", template).as_dict()


def test_autogrow_dynamic_grows_numbered_ids(io: Any) -> None:
    made = io.AutogrowDynamic.Input("g", io.Int.Input("i", default=3), min=1, max=3)
    grown = made.get_dynamic()
    assert [each.id for each in grown] == ["i1_$g_ag$", "i2_$g_ag$", "i3_$g_ag$"]
    assert [each.optional for each in grown] == [False, True, True]
    assert all(each.as_dict()["forceInput"] for each in grown)
    schema = io.Schema("n", inputs=[made])
    assert list(schema.get_v1_info(None).input["optional"]) == ["i2_$g_ag$", "i3_$g_ag$"]


def test_autogrow_dynamic_needs_bounds(io: Any) -> None:
    """B10."""
    with pytest.raises(TypeError, match="needs both min and max"):
        io.AutogrowDynamic.Input("g", io.Int.Input("i")).get_dynamic()


def test_combo_dynamic_is_abstract(io: Any) -> None:
    """B10."""
    with pytest.raises(TypeError, match="abstract"):
        io.ComboDynamic.Input("g")


# --- the newest forms ---------------------------------------------------------------------------


@pytest.fixture
def new(at: Any) -> Any:
    return at("comfy-latest")


def test_matchtype_at_latest(new: Any) -> None:
    template = new.MatchType.Template("t", [new.Image, new.Mask])
    assert template.as_dict()["allowed_types"] == "IMAGE,MASK"
    assert new.MatchType.Template("t").as_dict()["allowed_types"] == "*"
    assert new.MatchType.Template("t", new.Image).as_dict()["allowed_types"] == "IMAGE"
    assert new.MatchType.Output(template).display_name == "MATCHTYPE"
    assert new.MatchType.Output(template, "z").as_dict() == {
        "display_name": "z",
        "is_output_list": False,
        "template": template.as_dict(),
    }


def test_either_order_of_matchtypes_output_is_understood(at: Any) -> None:
    for level in ("studio-0.3.71", "comfy-latest"):
        io = at(level)
        template = io.MatchType.Template("t", [io.Image])
        for made in (io.MatchType.Output(template, "o"), io.MatchType.Output("o", template)):
            assert (made.id, made.template) == ("o", template)
    with pytest.raises(TypeError, match="needs a template"):
        io.MatchType.Output(id="o")


def test_autogrow_by_prefix(new: Any) -> None:
    template = new.Autogrow.TemplatePrefix(new.Image.Input("im"), "p", min=1, max=3)
    made = new.Autogrow.Input("g", template)
    assert made.as_dict() == {
        "optional": False,
        "template": {
            "input": {"required": {"im": ("IMAGE", {})}},
            "prefix": "p",
            "min": 1,
            "max": 3,
        },
    }
    assert [each.id for each in made.get_all()] == ["g", "p0", "p1", "p2"]


def test_autogrow_by_names_shows_widgets_as_sockets(new: Any) -> None:
    template = new.Autogrow.TemplateNames(new.Int.Input("im", default=1), ["a", "b"])
    assert template.as_dict() == {
        "input": {"required": {"im": ("INT", {"default": 1, "forceInput": True})}},
        "names": ["a", "b"],
        "min": 1,
    }


@pytest.mark.parametrize("bounds", [{"min": -1}, {"max": 0}, {"max": 101}])
def test_autogrow_bounds(new: Any, bounds: dict[str, int]) -> None:
    with pytest.raises(AssertionError):
        new.Autogrow.TemplatePrefix(new.Image.Input("im"), "p", **bounds)


def test_autogrow_refuses_nesting(new: Any) -> None:
    with pytest.raises(AssertionError):
        new.Autogrow.TemplatePrefix(new.DynamicCombo.Input("z", []), "p")


def combo(io: Any) -> Any:
    options = [
        io.DynamicCombo.Option("one", [io.Int.Input("x", default=2)]),
        io.DynamicCombo.Option("two", [io.Image.Input("y", optional=True)]),
    ]
    return io.DynamicCombo.Input("m", options)


def test_dynamic_combo(new: Any) -> None:
    assert v1(new, combo(new)) == {
        "required": {
            "m": (
                "COMFY_DYNAMICCOMBO_V3",
                {
                    "options": [
                        {"key": "one", "inputs": {"required": {"x": ("INT", {"default": 2})}}},
                        {
                            "key": "two",
                            "inputs": {"required": {}, "optional": {"y": ("IMAGE", {})}},
                        },
                    ]
                },
            )
        }
    }
    assert [each.id for each in combo(new).get_all()] == ["m", "x", "y"]


def test_dynamic_slot_is_optional_and_says_its_slot_type(new: Any) -> None:
    made = new.DynamicSlot.Input(new.Image.Input("s", tooltip="t"), [new.Int.Input("x")])
    assert made.as_dict() == {
        "optional": True,
        "tooltip": "t",
        "slotType": "IMAGE",
        "inputs": {"required": {"x": ("INT", {})}},
    }
    assert [each.id for each in made.get_all()] == ["s", "x"]


def test_a_validate_of_a_nested_input_is_heard(new: Any) -> None:
    remote = new.RemoteComboOptions("/r", new.RemoteItemSchema())
    bad = new.Combo.Input("c", ["x"], remote_combo=remote)
    schema = new.Schema(
        "n", inputs=[new.DynamicCombo.Input("m", [new.DynamicCombo.Option("k", [bad])])]
    )
    with pytest.raises(ValueError, match="remote_combo"):
        schema.validate()


# --- values -------------------------------------------------------------------------------------


def dynamic_inputs(io: Any) -> dict[str, Any]:
    template = io.Autogrow.TemplatePrefix(io.Image.Input("im"), "p", min=1, max=3)
    inputs = [io.Int.Input("pre"), combo(io), io.Autogrow.Input("g", template)]
    groups: dict[str, Any] = io.create_input_dict_v1(inputs)
    return groups


LIVE = {"pre": 1, "m": "two", "m.y": ["1", 0], "g.p0": ["2", 0], "g.p1": ["2", 1]}


def test_a_prompt_decides_which_inputs_exist(new: Any) -> None:
    groups, hidden, data = new.get_finalized_class_inputs(dynamic_inputs(new), LIVE)
    assert list(groups["required"]) == ["pre", "m", "g.p0"]
    assert list(groups["optional"]) == ["m.y", "g.p1", "g.p2"]
    assert hidden is None
    assert data == {"dynamic_paths": {"m.y": "m.y", "m": "m.m", "g.p0": "g.p0", "g.p1": "g.p1"}}


def test_an_unselected_combo_and_an_empty_autogrow(new: Any) -> None:
    groups, _, data = new.get_finalized_class_inputs(dynamic_inputs(new), {"pre": 1})
    assert list(groups["required"]) == ["pre", "g.p0"]
    assert data == {
        "dynamic_paths": {"g": "g"},
        "dynamic_paths_default_value": {"g": "empty_dict"},
    }
    assert new.build_nested_inputs({"pre": 1}, data) == {"pre": 1, "g": {}}


def test_values_are_nested_and_a_combo_holds_its_own_key(new: Any) -> None:
    data = new.get_finalized_class_inputs(dynamic_inputs(new), LIVE)[2]
    flat = {"pre": 1, "m": "two", "m.y": 5, "g.p0": 7, "g.p1": 8}
    assert new.build_nested_inputs(flat, data) == {
        "pre": 1,
        "m": {"y": 5, "m": "two"},
        "g": {"p0": 7, "p1": 8},
    }
    data["create_dynamic_tuple"] = True
    assert new.build_nested_inputs(flat, data)["m"] == {"y": (5, "m.y"), "m": ("two", "m")}


def test_the_table_of_expanding_types(new: Any) -> None:
    def expand(*args: Any) -> None: ...

    new.register_dynamic_input_func("COMFY_OWN_V3", expand)
    assert new.get_dynamic_input_func("COMFY_OWN_V3") is expand
    with pytest.raises(KeyError):
        new.get_dynamic_input_func("COMFY_NONE_V3")
