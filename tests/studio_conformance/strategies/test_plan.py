"""From a schema to cases: what is tried, by which id, and what can't be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from descriptions import a_node, a_pack, an_input

from studio_conformance.strategies import plan_for
from studio_conformance.subject import Node, Pack


def node_with(*inputs: Any) -> Node:
    return Pack(Path("/pack"), a_pack(a_node(inputs=list(inputs)))).nodes[0]


def ids(*inputs: Any) -> list[str]:
    return [case["id"] for case in plan_for(node_with(*inputs)).systematic]


def number(name: str = "width", **spec: Any) -> Any:
    return an_input(name, "INT", spec={"default": 4, "min": 1, "max": 9, **spec})


IMAGE = an_input("image", "IMAGE", spec={})
MASK = an_input("mask", "MASK", spec={}, group="optional")


def test_defaults_come_first_then_bounds() -> None:
    found = ids(number())
    assert found[0] == "defaults"
    assert {"min:width", "max:width"} <= set(found)


def test_bounds_are_the_declared_ones() -> None:
    cases = {case["id"]: case for case in plan_for(node_with(number())).systematic}
    assert cases["min:width"]["inputs"]["width"] == {"value": 1}
    assert cases["max:width"]["inputs"]["width"] == {"value": 9}


def test_every_option_of_a_combo_is_tried() -> None:
    combo = an_input("mode", "COMBO", options=["a", "b", "c"], spec={"options": ["a", "b", "c"]})
    values = [case["inputs"]["mode"]["value"] for case in plan_for(node_with(combo)).systematic]
    assert set(values) == {"a", "b", "c"}


def test_pictures_come_in_batches_odd_and_tiny_sizes() -> None:
    found = ids(IMAGE)
    assert {"batch:2", "odd", "1x1"} <= set(found)


def test_an_optional_input_is_left_out_once() -> None:
    case = next(c for c in plan_for(node_with(IMAGE, MASK)).systematic if c["id"] == "absent:mask")
    assert "mask" not in case["inputs"]
    assert case["absent"] == ["mask"]


def test_ids_are_unique_and_stable() -> None:
    inputs = (IMAGE, MASK, number(), an_input("text", "STRING", spec={"default": ""}))
    assert len(set(ids(*inputs))) == len(ids(*inputs))
    assert ids(*inputs) == ids(*inputs)


def test_a_type_nobody_can_make_is_named() -> None:
    plan = plan_for(node_with(IMAGE, an_input("model", "MODEL", spec={})))
    assert plan.systematic == []
    assert [(lack["input"], lack["io_type"]) for lack in plan.not_generable] == [("model", "MODEL")]


def test_an_optional_input_of_such_a_type_is_left_out() -> None:
    model = an_input("model", "MODEL", spec={}, group="optional")
    plan = plan_for(node_with(IMAGE, model))
    assert plan.not_generable == []
    assert all("model" in case["absent"] for case in plan.systematic)


def test_random_cases_are_the_same_in_every_run_and_within_bounds() -> None:
    plans = [plan_for(node_with(number(), MASK)) for _ in range(2)]
    assert plans[0].random is not None
    assert plans[1].random is not None
    first, second = plans[0].random(12), plans[1].random(12)
    assert first == second
    assert 1 < len(first) <= 12
    assert {case["phase"] for case in first} == {"random"}
    assert all(1 <= case["inputs"]["width"]["value"] <= 9 for case in first)
    assert len({"mask" in case["inputs"] for case in first}) == 2


def test_latents_of_a_node_for_videos_are_of_videos() -> None:
    latent = an_input("latent", "LATENT", spec={})
    shapes = {}
    for key in ("WanThing", "Swan", "LatentFlip"):
        plan = plan_for(Pack(Path("/pack"), a_pack(a_node(key, inputs=[latent]))).nodes[0])
        shapes[key] = plan.systematic[0]["inputs"]["latent"]["shape"]
        other = [each.systematic[0]["inputs"]["latent"]["shape"] for each in plan.otherwise]
        assert shapes[key] not in other
        assert [1, 4, 8, 6] in [*other, shapes[key]]
        assert [1, 16, 3, 8, 6] in [*other, shapes[key]]
    assert shapes["WanThing"] == [1, 16, 3, 8, 6]
    assert shapes["Swan"] == shapes["LatentFlip"] == [1, 4, 8, 6]


def test_an_input_named_for_videos_has_latents_of_videos() -> None:
    plan = plan_for(node_with(an_input("video_latent", "LATENT", spec={})))
    assert plan.systematic[0]["inputs"]["video_latent"]["shape"] == [1, 16, 3, 8, 6]
