"""What each kind of input is given: unions, any type, matched types, inputs that come and go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from descriptions import an_input
from plans import cases_of, drawn, node_with, number, plan_of

from studio_conformance.strategies import plan_for
from studio_conformance.strategies.plan import MOST_SYSTEMATIC
from studio_conformance.strategies.tensors import FAKES, SHAPES


def kind(recipe: Any) -> str:
    """ "IMAGE" of a tensor, "int" of a number."""
    return str(recipe.get("make") or type(recipe["value"]).__name__)


def kinds(name: str, cases: Any) -> set[str]:
    return {kind(case["inputs"][name]) for case in cases}


# --- sockets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("io_type", SHAPES)
def test_a_socket_without_weights_has_a_value_of_its_type(io_type: str) -> None:
    found = cases_of(an_input("given", io_type))
    if io_type in ("BBOX", "BOUNDING_BOX"):
        keys = {key for case in found.values() for key in case["inputs"]["given"]}
        assert keys <= {"list", "dict"}
    else:
        assert kinds("given", found.values()) == {io_type}


def test_boxes_lie_inside_the_picture_one_for_each_of_the_batch() -> None:
    found = cases_of(an_input("boxes", "BBOX"), an_input("box", "BOUNDING_BOX"))
    given = found["batch:2"]["inputs"]
    sides = {name: part["value"] for name, part in given["box"]["dict"].items()}
    assert sides == {"x": 12, "y": 16, "width": 24, "height": 32}
    corner = {"tuple": [{"value": 12}, {"value": 16}, {"value": 24}, {"value": 32}]}
    assert given["boxes"] == {"list": [corner, corner]}
    tiny = found["1x1"]["inputs"]["box"]["dict"]
    assert (tiny["width"], tiny["height"]) == ({"value": 1}, {"value": 1})


def test_a_text_whose_id_says_what_it_holds_is_given_that_and_nothing_else() -> None:
    points = an_input("coordinates", "STRING", spec={"forceInput": True})
    values = {
        case["inputs"]["coordinates"]["value"]
        for case in [*cases_of(points).values(), *drawn(points)]
    }
    assert [sorted(each) for each in json.loads(*values)] == [["x", "y"]] * 3


@pytest.mark.parametrize("default", ["", "0, 0"])
def test_a_text_with_a_default_is_given_that(default: str) -> None:
    found = cases_of(an_input("coordinates", "STRING", spec={"default": default}))
    assert found["defaults"]["inputs"]["coordinates"] == {"value": default}
    assert "unicode:coordinates" in found


def test_a_number_whose_default_is_a_list_is_given_that_list() -> None:
    sizes = an_input("sizes", "FLOAT", spec={"default": [1.0, 2.0], "forceInput": True, "max": 9})
    given = [case["inputs"] for case in [*cases_of(sizes).values(), *drawn(sizes)]]
    assert all(inputs == {"sizes": {"value": [1.0, 2.0]}} for inputs in given)


def test_a_vae_is_of_videos_where_the_latents_are() -> None:
    plan = plan_of(an_input("vae", "VAE"), an_input("latent", "LATENT"), fakes=True)
    videos = [other.systematic[0]["inputs"]["vae"].get("video") for other in plan.otherwise]
    assert plan.systematic[0]["inputs"]["vae"] == {"make": "VAE", "fake": True}
    assert videos == [None, True]


def test_so_many_systematic_cases_are_kept_with_all_forms_and_the_last_option() -> None:
    options = {f"mode{place}": [f"o{index}" for index in range(40)] for place in range(4)}
    combos = [an_input(name, "COMBO", options=each) for name, each in options.items()]
    found = cases_of(an_input("image", "IMAGE"), *combos)
    assert {"defaults", "odd", "fill:ones", "option:mode3=o39"} <= set(found)
    assert len(found) <= MOST_SYSTEMATIC


def test_a_video_has_as_many_frames_as_its_batch_wants() -> None:
    found = cases_of(an_input("clip", "VIDEO"))
    assert found["defaults"]["inputs"]["clip"]["shape"] == [2, 64, 48, 3]
    assert found["batch:2"]["inputs"]["clip"]["shape"][0] == 4
    assert found["1x1"]["inputs"]["clip"]["shape"] == [1, 1, 1, 3]
    assert found["fill:zeros"]["inputs"]["clip"]["fill"] == "zeros"


def test_inputs_of_one_node_differ_in_their_seeds() -> None:
    inputs = [an_input(name, kind) for name, kind in (("a", "NOISE"), ("b", "NOISE"))]
    given = cases_of(*inputs)["defaults"]["inputs"]
    assert given["a"]["seed"] != given["b"]["seed"]


@pytest.mark.parametrize("io_type", FAKES)
def test_what_needs_weights_is_a_fake_where_asked_for_and_named(io_type: str) -> None:
    plan = plan_of(an_input("given", io_type), fakes=True)
    assert plan.fakes == [io_type]
    assert plan.systematic[0]["inputs"]["given"] == {"make": io_type, "fake": True}
    assert "--studio-fakes" in plan_of(an_input("given", io_type)).not_generable[0]["reason"]


def test_a_node_that_runs_without_fakes_gets_none() -> None:
    model = an_input("model", "MODEL", group="optional")
    plan = plan_of(number(), model, fakes=True)
    assert plan.fakes == []
    assert all("model" in case["absent"] for case in plan.systematic)


# --- several types --------------------------------------------------------------------------------


def test_a_union_has_the_first_type_as_default_and_a_case_for_each_other() -> None:
    found = cases_of(an_input("given", "IMAGE, MASK,STRING"))
    assert kind(found["defaults"]["inputs"]["given"]) == "IMAGE"
    assert kind(found["type:given=MASK"]["inputs"]["given"]) == "MASK"
    assert kind(found["type:given=STRING"]["inputs"]["given"]) == "str"


def test_random_values_of_a_union_are_of_all_its_types() -> None:
    cases = drawn(an_input("given", "FLOAT,INT,MASK"))
    assert kinds("given", cases) == {"float", "int", "MASK"}


def test_a_union_leaves_out_what_can_t_be_made() -> None:
    found = cases_of(an_input("given", "ROCKET,MASK"))
    assert kinds("given", found.values()) == {"MASK"}


def test_a_union_of_what_can_t_be_made_is_named_as_a_whole() -> None:
    (lack,) = plan_of(an_input("given", "ROCKET,ENGINE")).not_generable
    assert (lack["input"], lack["io_type"]) == ("given", "ROCKET,ENGINE")


def test_a_union_with_a_model_is_honest_where_it_can_be() -> None:
    union = an_input("given", "MASK,MODEL")
    plan = plan_of(union, fakes=True)
    assert plan.fakes == []
    assert kinds("given", [*plan.systematic, *drawn(union, fakes=True)]) == {"MASK"}


def test_a_union_that_begins_with_a_model_is_honest_where_it_can_be() -> None:
    union = an_input("given", "MODEL,MASK")
    plan = plan_of(union, fakes=True)
    assert plan.fakes == []
    assert kinds("given", plan.systematic) == {"MASK"}


@pytest.mark.parametrize(
    ("name", "first"), [("anything", "int"), ("any_image", "IMAGE"), ("mask", "MASK")]
)
def test_an_input_of_any_type_gets_what_its_name_hints_at(name: str, first: str) -> None:
    found = cases_of(an_input(name, "*"))
    assert kind(found["defaults"]["inputs"][name]) == first
    assert {"int", "IMAGE", "str", "float", "LATENT"} <= kinds(name, found.values())


@pytest.mark.parametrize("name", ["length", "size", "batch_size", "scale"])
@pytest.mark.parametrize("io_type", ["*", "INT,IMAGE", "IMAGE,INT", "IMAGE,FLOAT"])
def test_an_input_of_several_types_may_be_named_like_a_size(io_type: str, name: str) -> None:
    found = cases_of(an_input(name, io_type, spec={"max": 1 << 40}))
    assert "IMAGE" in kinds(name, found.values())
    assert "IMAGE" in kinds(name, drawn(an_input(name, io_type)))


# --- matched types --------------------------------------------------------------------------------


def matched(name: str, types: str, template: str = "T") -> Any:
    spec = {"template": {"template_id": template, "allowed_types": types}}
    return an_input(name, "COMFY_MATCHTYPE_V3", spec=spec)


def test_inputs_of_one_template_have_one_type_in_each_case() -> None:
    inputs = (matched("a", "IMAGE,MASK,LATENT"), matched("b", "IMAGE,MASK,LATENT"))
    found = cases_of(*inputs)
    assert kinds("a", [found["defaults"]]) == {"IMAGE"}
    assert {"type:T=MASK", "type:T=LATENT"} <= set(found)
    for case in [*found.values(), *drawn(*inputs)]:
        assert kinds("a", [case]) == kinds("b", [case])
    assert kinds("a", drawn(*inputs)) == {"IMAGE", "MASK", "LATENT"}


def test_templates_don_t_depend_on_each_other() -> None:
    found = cases_of(matched("a", "IMAGE,MASK", "T"), matched("b", "IMAGE,MASK", "U"))
    assert kinds("b", [found["type:T=MASK"]]) == {"IMAGE"}
    assert kinds("a", [found["type:U=MASK"]]) == {"IMAGE"}


def test_a_template_of_any_type_takes_the_usual_ones() -> None:
    found = cases_of(matched("image", "*"))
    assert kinds("image", [found["defaults"]]) == {"IMAGE"}
    assert "type:T=STRING" in found


@pytest.mark.parametrize("io_type", ["COMFY_MATCHTYPE_V3", "STUDIO_AUTOGROW_V3"])
def test_an_entry_that_says_nothing_is_not_generable(io_type: str) -> None:
    (lack,) = plan_of(an_input("given", io_type)).not_generable
    assert "does not say" in lack["reason"]


# --- inputs that come and go ----------------------------------------------------------------------


def option(key: str, **required: Any) -> dict[str, Any]:
    return {"key": key, "inputs": {"required": required}}


def combo(*options: Any) -> Any:
    return an_input("mode", "COMFY_DYNAMICCOMBO_V3", spec={"options": list(options)})


FACTOR = option("factor", factor=["FLOAT", {"default": 2.0, "min": 0.5, "max": 8.0}])
SIZE = option("size", width=["INT", {"default": 64, "min": 1, "max": 99}], picture=["IMAGE", {}])


def test_a_dynamic_combo_gives_the_inputs_of_its_option_and_no_others() -> None:
    found = cases_of(combo(FACTOR, SIZE))
    assert set(found["defaults"]["inputs"]) == {"mode", "mode.factor"}
    assert set(found["option:mode=size"]["inputs"]) == {"mode", "mode.width", "mode.picture"}
    assert found["max:mode.factor"]["inputs"]["mode.factor"] == {"value": 8.0}
    of_another = found["max:mode.width@size"]["inputs"]
    assert (of_another["mode"], of_another["mode.width"]) == ({"value": "size"}, {"value": 99})


def test_tensors_inside_an_option_take_the_form_of_a_random_case() -> None:
    of_size = [c for c in drawn(combo(FACTOR, SIZE)) if c["inputs"]["mode"] == {"value": "size"}]
    shapes = {tuple(case["inputs"]["mode.picture"]["shape"]) for case in of_size}
    assert len(shapes) > 1


def test_an_option_with_an_input_that_can_t_be_made_is_left_out() -> None:
    rocket = option("rocket", engine=["ROCKET", {}])
    found = cases_of(combo(rocket, FACTOR))
    assert {case["inputs"]["mode"]["value"] for case in found.values()} == {"factor"}
    (lack,) = plan_of(combo(rocket)).not_generable
    assert lack["input"] == "mode"


def test_a_dynamic_combo_inside_another_is_given_by_its_whole_name() -> None:
    inner = {"options": [FACTOR, SIZE]}
    outer = option("deep", way=["COMFY_DYNAMICCOMBO_V3", inner])
    found = cases_of(combo(outer))
    assert set(found["defaults"]["inputs"]) == {"mode", "mode.way", "mode.way.factor"}
    assert set(found["option:mode.way=size"]["inputs"]) == {
        "mode", "mode.way", "mode.way.width", "mode.way.picture",
    }  # fmt: skip


def row(least: int, most: int, io_type: str = "IMAGE", **template: Any) -> Any:
    entry = {"input": {"required": {"each": [io_type, {}]}}, "min": least, **template}
    if "names" not in template:
        entry |= {"prefix": "each", "max": most}
    return an_input("row", "COMFY_AUTOGROW_V3", spec={"template": entry})


def test_a_row_has_its_least_number_then_more() -> None:
    found = cases_of(row(2, 20))
    assert set(found["defaults"]["inputs"]) == {"row.each0", "row.each1"}
    assert len(found["count:row=8"]["inputs"]) == 8


def test_a_row_that_may_be_empty_is_tried_empty() -> None:
    found = cases_of(row(0, 3))
    assert set(found["defaults"]["inputs"]) == {"row.each0"}
    assert found["count:row=0"]["inputs"] == {}
    assert set(found["count:row=3"]["inputs"]) == {"row.each0", "row.each1", "row.each2"}


def test_a_row_may_have_names_of_its_own() -> None:
    found = cases_of(row(1, 0, names=["left", "right"]))
    assert set(found["count:row=2"]["inputs"]) == {"row.left", "row.right"}


def test_random_rows_have_several_lengths_without_gaps() -> None:
    cases = drawn(row(1, 20, "INT"))
    lengths = {len(case["inputs"]) for case in cases}
    assert {1, 8} <= lengths | {8}
    assert len(lengths) > 2
    assert max(lengths) <= 8
    for case in cases:
        assert set(case["inputs"]) == {f"row.each{place}" for place in range(len(case["inputs"]))}


def test_a_slot_brings_its_inputs_along() -> None:
    spec = {"slotType": "IMAGE", "inputs": {"required": {"width": ["INT", {"default": 3}]}}}
    found = cases_of(an_input("slot", "COMFY_DYNAMICSLOT_V3", spec=spec))
    assert set(found["defaults"]["inputs"]) == {"slot", "slot.width"}


# --- widgets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("bounds", [{"min": 100_000}, {"max": -100_000}])
@pytest.mark.parametrize("io_type", ["INT", "FLOAT"])
def test_a_number_with_one_bound_far_away_is_drawn_within_it(io_type: str, bounds: Any) -> None:
    cases = drawn(an_input("given", io_type, spec=bounds))
    values = [case["inputs"]["given"]["value"] for case in cases]
    assert len(set(values)) > 2
    assert all(value >= bounds.get("min", value) for value in values)
    assert all(value <= bounds.get("max", value) for value in values)


def test_random_numbers_stand_on_steps() -> None:
    spec = {"default": 8, "min": 8, "max": 4096, "step": 8}
    values = [case["inputs"]["n"]["value"] for case in drawn(an_input("n", "INT", spec=spec))]
    assert len(set(values)) > 5
    assert {value % 8 for value in values} <= {0}


def test_a_combo_of_several_is_given_lists() -> None:
    spec = {"options": ["a", "b"], "multiselect": True, "default": ["a"]}
    multi = an_input("picked", "COMBO", spec=spec, options=["a", "b"])
    found = cases_of(multi)
    assert found["defaults"]["inputs"]["picked"] == {"value": ["a"]}
    assert found["all:picked"]["inputs"]["picked"] == {"value": ["a", "b"]}


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("io_type", ["IMAGE", "CONDITIONING", "INT"])
def test_a_node_that_takes_lists_is_given_a_list_of_each(io_type: str) -> None:
    inputs = an_input("given", io_type, spec={})
    plain = plan_of(inputs).systematic[0]["inputs"]["given"]
    attribute = {"type": "bool", "value": True, "json": True}
    node = node_with(inputs, attributes={"INPUT_IS_LIST": attribute})
    plan = plan_for(node)
    assert plan.systematic[0]["inputs"]["given"] == {"list": [plain]}
    assert plan.random is not None
    every = [*plan.systematic, *plan.random(5)]
    assert all(set(case["inputs"]["given"]) == {"list"} for case in every)


def test_a_node_that_takes_lists_is_also_given_two_of_what_comes_over_links() -> None:
    attribute = {"type": "bool", "value": True, "json": True}
    inputs = (an_input("image", "IMAGE"), number("strength"))
    node = node_with(*inputs, attributes={"INPUT_IS_LIST": attribute})
    case = next(each for each in plan_for(node).systematic if each["id"] == "lists:2")
    first, second = case["inputs"]["image"]["list"]
    assert first["shape"] == second["shape"]
    assert first["seed"] != second["seed"]
    assert len(case["inputs"]["strength"]["list"]) == 1


def test_a_list_with_a_fake_file_is_named_among_the_fakes() -> None:
    files = an_input("lora", "COMBO", options=["studio_fake.safetensors"])
    assert plan_of(files, fakes=True).fakes == ["file of weights"]
    assert plan_of(an_input("lora", "COMBO", options=["mine.safetensors"])).fakes == []
