"""Which steps are tried of a node, on which cases, and when it is enough."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack
from executions import a_record, an_execution, facts_of, raising

from reference_runtime.exercise.budget import Budget
from studio_conformance.crossing import Attempt
from studio_conformance.subject import Pack


class Worker:
    """Stands in for an exerciser: notes requests; ``died`` names the step it dies of."""

    def __init__(self, died: str = "") -> None:
        self.asked: list[Any] = []
        self.died = died

    def cross(self, request: Any) -> Any:
        self.asked.append(request)
        outcome = "died" if request.step == self.died else "done"
        return {
            "step": request.step, "case": request.case["id"], "outcome": outcome,
            "reason": "a signal", "losses": [], "differences": [],
        }  # fmt: skip

    def ask(self, request: Any) -> Future[Any]:
        """As the second worker."""
        answer: Future[Any] = Future()
        answer.set_result(facts_of())
        return answer


def image(batch: int = 1, fill: str = "uniform") -> dict[str, Any]:
    return {"make": "IMAGE", "shape": [batch, 8, 8, 3], "fill": fill, "seed": 1}


def record(name: str, facts: Any = None, **inputs: Any) -> Any:
    given = {"image": image(), "amount": {"value": 0.5}, **inputs}
    return a_record(name, facts, inputs=given)


RECORDS = [
    record("batch:2", image=image(2)),
    record("refused", raising()),
    record("odd", image=image(3)),
    record("max:amount", amount={"value": 9.0}),
    record("min:amount", amount={"value": 0.0}),
    record("fill:zeros", image=image(fill="zeros")),
]


def attempt(*records: Any, worker: Worker | None = None, seconds: float = 60.0, **more: Any) -> Any:
    pack = Pack(Path("/nowhere/mypack"), a_pack(a_node()))
    worker = worker or Worker()
    execution: Any = an_execution(*records)
    share = Budget(seconds, seconds).begin_node()
    cases = more.get("cases", [each["case"] for each in records])
    twin: Any = worker
    exerciser: Any = worker
    Attempt(pack.nodes[0], exerciser, twin, share, execution, cases, 20).run()
    return worker, execution


def test_all_steps_with_the_first_case_and_the_wire_with_two() -> None:
    worker, execution = attempt(record("defaults"), *RECORDS)
    tried = [(request.step, request.case["id"]) for request in worker.asked]
    assert tried == [
        ("wire", "defaults"), ("standard", "defaults"), ("kept", "defaults"),
        ("together", "defaults"), ("flat", "defaults"), ("wire", "batch:2"),
    ]  # fmt: skip
    assert [each["step"] for each in execution["crossings"]][-1] == "twin"
    assert execution["crossings_left"] == ""


def test_a_slow_node_sends_one_case() -> None:
    worker, _ = attempt(record("defaults", facts_of(seconds=0.5)), *RECORDS)
    assert [request.case["id"] for request in worker.asked] == ["defaults"] * 5


def test_steps_end_when_they_have_taken_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio_conformance.crossing.CROSS_SECONDS", 0.0)
    worker, execution = attempt(record("defaults"), *RECORDS)
    assert worker.asked == []
    assert execution["crossings_left"] == "the steps before took more than 0 s"


def test_beside_it_stand_other_values_of_the_same_shapes_but_no_upper_bounds() -> None:
    worker, _ = attempt(record("defaults"), *RECORDS)
    others = worker.asked[0].others
    assert others[0]["inputs"] == {"image": image(fill="zeros"), "amount": {"value": 0.0}}
    assert [case["id"] for case in others] == ["others", "min:amount"]


def test_when_one_input_is_run_again_cases_that_were_planned_stand_beside_it() -> None:
    planned = [each["case"] for each in [record("defaults"), *RECORDS]]
    worker, _ = attempt(record("defaults"), cases=planned)
    assert worker.asked[0].others[1]["id"] == "min:amount"


def test_without_another_case_nothing_stands_beside_it() -> None:
    worker, _ = attempt(record("defaults"))
    assert worker.asked[0].others == []


def test_a_node_that_gave_nothing_is_not_tried() -> None:
    worker, execution = attempt(record("defaults", raising()))
    assert worker.asked == []
    assert execution["crossings"] == []


def test_after_a_death_no_more_is_tried() -> None:
    worker, execution = attempt(record("defaults"), *RECORDS, worker=Worker(died="kept"))
    assert worker.asked[-1].step == "kept"
    assert execution["crossings_left"] == "its worker ended at step kept: a signal"


def test_no_step_begins_when_the_budget_is_spent() -> None:
    worker, execution = attempt(record("defaults"), *RECORDS, seconds=1e-9)
    assert worker.asked == []
    assert "budget" in execution["crossings_left"]
