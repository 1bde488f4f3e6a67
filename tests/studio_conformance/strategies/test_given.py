"""Values that settings or a hook give for inputs."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from descriptions import an_input
from hypothesis import strategies as st
from plans import node_with

from studio_conformance.strategies import BadStrategy, own, plan_for
from studio_conformance.strategies.given import read_own, unused

CARD = an_input("card", "CARD", spec={})
NUMBER = an_input("n", "INT", spec={"default": 1, "min": 0, "max": 9})


def _recipes(key: str, given: Any, **options: Any) -> list[Any]:
    plan = plan_for(node_with(CARD, NUMBER), own={key: read_own(given)}, **options)
    name = "n" if key.endswith(".n") else "card"
    assert plan.random is not None
    return [case["inputs"][name] for case in [*plan.systematic, *plan.random(10)]]


def test_without_them_an_unknown_type_has_no_values() -> None:
    plan = plan_for(node_with(CARD))
    assert [lack["io_type"] for lack in plan.not_generable] == ["CARD"]


def test_the_first_is_the_default_and_each_is_tried() -> None:
    plan = plan_for(node_with(CARD, NUMBER), own={"CARD": own("ace", {"dict": {}}, None)})
    cases = {case["id"]: case["inputs"]["card"] for case in plan.systematic}
    assert cases["defaults"] == {"value": "ace"}
    assert cases["given:card=2"] == {"dict": {}}
    assert cases["given:card=3"] == {"value": None}


def test_an_input_goes_before_its_type() -> None:
    node = node_with(CARD, NUMBER)
    given = {"CARD": own("ace"), f"{node.key}.card": own("king"), f"{node.key}.n": own(7)}
    (default,) = [c for c in plan_for(node, own=given).systematic if c["id"] == "defaults"]
    assert default["inputs"] == {"card": {"value": "king"}, "n": {"value": 7}}


def test_random_cases_draw_from_them() -> None:
    drawn = _recipes("CARD", ["ace", "king"])
    assert {recipe["value"] for recipe in drawn} == {"ace", "king"}
    strategy = st.integers(0, 5).map(lambda n: {"value": f"card {n}"})
    drawn = _recipes("CARD", own("ace", drawn=strategy))
    assert any(recipe["value"].startswith("card ") for recipe in drawn)
    assert drawn == _recipes("CARD", own("ace", drawn=strategy)), "the same in every run"


@pytest.mark.parametrize("bad", [float("nan"), {"make": "NOTHING"}, {"value": {1, 2}}])
def test_what_is_drawn_is_looked_at_too(bad: Any) -> None:
    with pytest.raises(BadStrategy):
        _recipes("CARD", own("ace", drawn=st.just(bad)))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "at least one value"),
        ("ace", "must be a list of values, not 'ace'"),
        (3, "must be a list of values"),
        ([float("nan")], "nan can't be given, for it is no JSON"),
        ([{"list": [{"value": float("inf")}]}], "no JSON"),
        ([datetime.date(2027, 1, 2)], "no JSON"),
        ([{"mke": "IMAGE"}], "one of the keys value, list, tuple, dict, make, not mke"),
        ([{"make": "IMAGES"}], "how to make 'IMAGES'; known: IMAGE, MASK"),
        ([{"make": "OUTPUT"}], "how to make 'OUTPUT'"),
        ([{"make": "IMAGE"}], "needs its shape"),
        ([{"make": "MODEL", "fake": True}], "--studio-fakes alone"),
        ([{"list": 3}], "list must hold a list"),
        ([{"list": [3]}], "a recipe is a table"),
        ([{"dict": []}], "dict must hold a table"),
        ([[{"value": 1}]], "is itself one"),
    ],
)
def test_what_is_no_strategy_is_refused(given: Any, why: str) -> None:
    with pytest.raises(BadStrategy, match=why):
        read_own(given)


def test_names_that_nothing_has_are_found() -> None:
    node = node_with(CARD, NUMBER)
    known = {"CARD": own(1), "INT": own(1), f"{node.key}.n": own(1), f"{node.key}.n.deep": own(1)}
    assert unused({**known, "CRAD": own(1), "Nobody.n": own(1)}, [node]) == ["CRAD", "Nobody.n"]
