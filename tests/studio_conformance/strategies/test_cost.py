"""What a case may cost: which numbers are lowered, how far, and that the case says so."""

from __future__ import annotations

from typing import Any

import pytest
from descriptions import an_input
from plans import cases_of, drawn, number

from studio_conformance.strategies.cost import BUDGET, MOST_ITEMS, Bounds, capped, estimate, is_size

SIDE = 16384


def a_size(name: str, **spec: Any) -> Any:
    return number(name, **{"default": 512, "min": 16, "max": SIDE, "step": 8, **spec})


def values(case: Any) -> dict[str, Any]:
    return {name: recipe["value"] for name, recipe in case["inputs"].items()}


@pytest.mark.parametrize(
    "name", ["width", "tile_width", "batch_size", "frames", "num_frames", "pad", "mode.height", "w"]
)
def test_names_of_sizes(name: str) -> None:
    assert is_size(name)


@pytest.mark.parametrize("name", ["seed", "strength", "index", "window", "threshold", "browse"])
def test_names_of_others(name: str) -> None:
    assert not is_size(name)


@pytest.mark.parametrize(
    ("name", "expected"), [("scale_by", True), ("duration", True), ("width", False)]
)
def test_fractions_that_make_things_large(name: str, expected: bool) -> None:
    assert is_size(name, whole=False) is expected


def test_one_side_at_a_time_is_tried_and_the_other_lowered() -> None:
    case = cases_of(a_size("width"), a_size("height"))["max:width"]
    assert values(case)["width"] == SIDE
    assert estimate(case["inputs"]) <= BUDGET


def test_what_is_lowered_stands_in_the_case() -> None:
    inputs = (a_size("width"), a_size("height"), a_size("length", default=1, min=1, step=1))
    case = cases_of(*inputs)["max:length"]
    given = values(case)
    assert given["length"] < SIDE
    assert case["capped"] == [f"length: {given['length']} instead of {SIDE}"]
    assert cases_of(*inputs)["defaults"]["capped"] == []


def test_defaults_are_never_lowered() -> None:
    inputs = (a_size("width", default=SIDE), a_size("height", default=SIDE))
    for case in cases_of(*inputs).values():
        about = case["id"].partition(":")[2]
        kept = {name: value for name, value in values(case).items() if name != about}
        assert set(kept.values()) <= {SIDE}


def test_counts_are_lowered_to_what_takes_its_time() -> None:
    case = cases_of(number("count", max=100_000))["max:count"]
    assert values(case) == {"count": MOST_ITEMS}
    assert case["capped"] == [f"count: {MOST_ITEMS} instead of 100000"]


def test_numbers_that_make_nothing_large_are_let_be() -> None:
    case = cases_of(number("strength", max=1 << 40))["max:strength"]
    assert (values(case), case["capped"]) == ({"strength": 1 << 40}, [])


def test_no_random_case_costs_more_than_a_case_may() -> None:
    inputs = (a_size("width"), a_size("height"), a_size("batch_size", default=1, min=1, step=1))
    for case in drawn(*inputs):
        assert estimate(case["inputs"]) <= BUDGET
        given = values(case)
        assert 1 <= given["batch_size"] <= SIDE
        for side in ("width", "height"):
            assert 16 <= given[side] <= SIDE
            assert given[side] % 8 == 0


@pytest.mark.parametrize(
    ("bounds", "value", "expected"),
    [
        (Bounds(16, 8), 100, 96),
        (Bounds(16, 8), 15, 16),
        (Bounds(1, 1), 64.9, 64),
        (Bounds(5, 8), 30, 29),
        (Bounds(0.5, 0.25, whole=False), 1.1, 1.0),
    ],
)
def test_lowered_numbers_stay_on_their_steps(bounds: Bounds, value: float, expected: float) -> None:
    assert bounds.below(value) == expected


def test_an_upscale_of_pictures_is_bound_too() -> None:
    inputs = {"image": {"make": "IMAGE", "shape": [1, 64, 48, 3]}, "scale_by": {"value": 1000.0}}
    usual = {**inputs, "scale_by": {"value": 1.0}}
    bounds = {"scale_by": Bounds(0.01, 0.01, whole=False)}
    lowered, words = capped(inputs, usual, bounds, "scale_by")
    assert 1.0 < lowered["scale_by"]["value"] < 1000.0
    assert estimate(lowered) <= BUDGET
    assert len(words) == 1


def test_a_negative_size_is_let_be() -> None:
    inputs = {"pad": {"value": -(1 << 40)}}
    bounds = {"pad": Bounds(-(1 << 40), 1)}
    lowered, words = capped(inputs, {"pad": {"value": 0}}, bounds, "pad")
    assert (lowered, words) == (inputs, [])


def test_a_socket_of_several_types_without_a_number_is_let_be() -> None:
    case = cases_of(an_input("size", "INT,IMAGE", spec={"max": 1 << 40}))["type:size=IMAGE"]
    assert case["capped"] == []
