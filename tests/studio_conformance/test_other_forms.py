"""When a node that fails on the usual inputs is tried on batches, videos and lists of numbers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from descriptions import an_input
from executions import facts_of, raising
from plans import node_with

from reference_runtime.exercise.budget import Budget
from reference_runtime.exercise.runner import Answer
from reference_runtime.runtime import PackSpec
from studio_conformance.exercising import Exercises, Wishes, blank
from studio_conformance.series import Series
from studio_conformance.strategies import plan_for

IMAGE = an_input("image", "IMAGE")
AMOUNT = an_input("amount", "INT", spec={"default": 4, "min": 0, "max": 9})


class Worker:
    """Stands in for an exerciser: ``runs`` says of a case's inputs what comes of them."""

    spec = PackSpec(Path("/nowhere/mypack"), "comfy-0.3.64")

    def __init__(self, runs: Any) -> None:
        self.runs = runs

    def run(self, request: Any) -> Answer:
        return Answer(self.runs(request.case["inputs"]) or facts_of(), [])


def executed(runs: Any, *inputs: Any) -> Any:
    node = node_with(*inputs)
    plan, execution = plan_for(node), blank(node)
    worker: Any = Worker(runs)
    series = Series(node, worker, Budget(60, 60).begin_node(), execution)
    series.add(plan.systematic)
    series.rest()
    series.otherwise(plan)
    series.rest()
    series.leave_rest()
    return execution


def outcomes(execution: Any) -> dict[str, str]:
    found = {record["case"]["id"]: record["facts"]["outcome"] for record in execution["cases"]}
    assert len(found) == len(execution["cases"])
    assert len(found) == execution["planned"] - execution["not_reached"]
    return found


def one_picture(inputs: Any) -> Any:
    return raising(type="IndexError") if inputs["image"]["shape"][0] == 1 else None


def test_a_node_that_gives_something_is_run_in_the_usual_form_only() -> None:
    execution = executed(lambda inputs: None, IMAGE)
    assert execution["cases"][0]["case"]["inputs"]["image"]["shape"] == [1, 64, 48, 3]


def test_a_node_made_for_batches_is_run_on_batches() -> None:
    def few(inputs: Any) -> Any:
        return raising(type="IndexError") if inputs["image"]["shape"][0] < 4 else None

    execution = executed(few, IMAGE)
    found = outcomes(execution)
    assert found["defaults"] == found["odd"] == "returned"
    assert found["batch:2"] == "raised"


def test_what_fails_for_the_sake_of_a_widget_fails_in_every_form() -> None:
    def fails(inputs: Any) -> Any:
        if inputs["amount"] == {"value": 0}:
            return raising(type="ZeroDivisionError")
        return raising(type="IndexError") if inputs["image"]["shape"][0] < 4 else None

    assert outcomes(executed(fails, IMAGE, AMOUNT))["min:amount"] == "raised"


def test_a_node_that_fails_in_all_forms_keeps_its_usual_cases() -> None:
    execution = executed(lambda inputs: raising(type="IndexError"), IMAGE)
    assert set(outcomes(execution).values()) == {"raised"}
    assert execution["cases"][0]["case"]["inputs"]["image"]["shape"] == [1, 64, 48, 3]


@pytest.mark.parametrize(
    "failure",
    [
        raising(type="NameError"),
        raising(type="ImportError"),
        raising(type="IndexError", rejection="environment"),
        raising(type="IndexError", stage="validate"),
        facts_of(outcome="refused"),
        facts_of(outcome="crashed"),
    ],
)
def test_what_no_form_explains_is_kept(failure: Any) -> None:
    asked: list[Any] = []

    def fails(inputs: Any) -> Any:
        asked.append(inputs)
        return failure if inputs["image"]["shape"][0] < 4 else None

    execution = executed(fails, IMAGE)
    assert "returned" not in outcomes(execution).values()
    assert all(inputs["image"]["shape"][0] < 4 for inputs in asked)


def test_defaults_that_fail_while_others_run_are_a_finding() -> None:
    def fails(inputs: Any) -> Any:
        return raising(type="IndexError") if inputs["amount"] == {"value": 4} else None

    found = outcomes(executed(fails, IMAGE, AMOUNT))
    assert (found["defaults"], found["max:amount"]) == ("raised", "returned")


def test_a_latent_may_be_of_a_video() -> None:
    def pictures(inputs: Any) -> Any:
        return raising(type="IndexError") if len(inputs["latent"]["shape"]) == 4 else None

    execution = executed(pictures, an_input("latent", "LATENT"))
    assert execution["cases"][0]["case"]["inputs"]["latent"]["shape"] == [1, 16, 3, 8, 6]


def test_numbers_over_links_may_be_lists_but_widgets_never_are() -> None:
    weight = an_input("weight", "FLOAT", spec={"forceInput": True})

    def lone(inputs: Any) -> Any:
        return None if isinstance(inputs["weight"]["value"], list) else raising(type="TypeError")

    assert outcomes(executed(lone, weight))["defaults"] == "returned"
    widget = an_input("weight", "FLOAT", spec={"default": 1.0})
    assert outcomes(executed(lone, widget))["defaults"] == "raised"


@pytest.mark.parametrize("fails", [True, False])
def test_random_cases_are_left_for_others_unless_nothing_was_given(fails: bool) -> None:
    node, now = node_with(IMAGE, AMOUNT), [0.0]
    plan, execution = plan_for(node), blank(node)
    worker: Any = Worker(lambda inputs: raising() if fails else None)
    share = Budget(60, 60, lambda: now[0]).begin_node(waiting=59)
    series = Series(node, worker, share, execution)
    series.add(plan.systematic[:2])
    series.rest()
    now[0] = 3.0  # more than the second that each of sixty nodes can have, less than the share
    assert plan.random is not None
    series.at_random(plan.random, 5)
    assert (len(execution["cases"]) > 2) is fails
    assert execution["not_reached"] == (0 if fails else 5)


def test_random_cases_fill_up_to_the_number_wished_for() -> None:
    def asked(planned: int, wished: int) -> int:
        exercises: Any = SimpleNamespace(wishes=Wishes(wished))
        execution: Any = {"planned": planned}
        return Exercises._examples(exercises, execution)

    assert [asked(3, 20), asked(40, 20), asked(40, 0)] == [17, 5, 0]
