"""Inputs of a pack's own types: which node of the pack they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from descriptions import a_node, a_pack, an_input
from executions import an_output

from reference_runtime.recipes import text
from studio_conformance.strategies import Plan, plan_for
from studio_conformance.subject import Pack

TRACKS = an_input("tracking", "MY_TRACKING")
USER = a_node("Draw", inputs=[TRACKS])
IMAGE = an_input("image", "IMAGE")


def maker(key: str, *inputs: Any, **output: Any) -> Any:
    outputs = [an_output("IMAGE"), {**an_output("MY_TRACKING"), "index": 1, **output}]
    return a_node(key, inputs=list(inputs), outputs=outputs)


def plan_of(*others: Any, fakes: bool = False) -> Plan:
    return plan_for(Pack(Path("/pack"), a_pack(USER, *others)).nodes[0], fakes)


def given(plan: Plan) -> dict[str, Any]:
    recipe: dict[str, Any] = plan.systematic[0]["inputs"]["tracking"]
    return recipe


def test_a_type_of_the_pack_s_own_comes_from_the_node_that_gives_it() -> None:
    recipe = given(plan_of(maker("Track", IMAGE)))
    assert (recipe["make"], recipe["node"], recipe["output"]) == ("OUTPUT", "Track", 1)
    assert recipe["inputs"]["image"]["make"] == "IMAGE"
    assert text(recipe) == "output 1 of Track(image=IMAGE 1x64x48x3 uniform seed=1)"


def test_it_follows_the_form_of_the_case() -> None:
    cases = {case["id"]: case for case in plan_of(maker("Track", IMAGE)).systematic}
    recipe = cases["batch:2"]["inputs"]["tracking"]
    assert recipe["inputs"]["image"]["shape"] == [2, 64, 48, 3]


def test_the_node_that_needs_least_is_taken() -> None:
    recipe = given(plan_of(maker("Long", IMAGE, an_input("n")), maker("Short", IMAGE)))
    assert recipe["node"] == "Short"


def test_a_node_that_can_t_be_given_all_it_needs_gives_nothing() -> None:
    circle = maker("Append", TRACKS)
    model = maker("Model", an_input("model", "MODEL"))
    for others in ([circle], [model], [maker("Many", IMAGE, is_list=True)], []):
        assert [lack["io_type"] for lack in plan_of(*others).not_generable] == ["MY_TRACKING"]


def test_a_fake_that_it_needs_is_named() -> None:
    plan = plan_of(maker("Model", an_input("model", "MODEL")), fakes=True)
    assert plan.fakes == ["MODEL"]
    assert given(plan)["inputs"]["model"] == {"make": "MODEL", "fake": True}
