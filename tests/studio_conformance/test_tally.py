"""What running a node came to, in numbers."""

from __future__ import annotations

from typing import Any

import pytest

from reference_runtime.exercise.blank import blank_facts
from studio_conformance.reports.executed import executed_lines
from studio_conformance.tally import is_executed, tally


def a_record(outcome: str, rejection: str | None = None, seconds: float = 0.1) -> Any:
    failure = None if rejection is None else {"rejection": rejection}
    facts = {**blank_facts(1), "outcome": outcome, "failure": failure, "seconds": seconds}
    return {"case": {}, "facts": facts, "relations": [{}], "text": "", "snippet": ""}


def an_execution(*records: Any, **fields: Any) -> Any:
    return {
        "node": "N", "cases": list(records), "not_generable": [], "reason": "",
        "planned": len(records), "not_reached": 0, "fakes": [], "seconds": 1.0, **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("record", "name", "executed"),
    [
        (a_record("returned"), "returned", True),
        (a_record("blocked"), "returned", True),
        (a_record("refused"), "rejected", True),
        (a_record("raised", "clear"), "rejected", True),
        (a_record("raised", "programming"), "raised", True),
        (a_record("raised", "other"), "raised", True),
        (a_record("raised", "environment"), "lacking", False),
        (a_record("crashed"), "crashed", True),
        (a_record("hung"), "hung", True),
        (a_record("not_run"), "not_run", False),
    ],
)
def test_each_end_is_counted_once(record: Any, name: str, executed: bool) -> None:
    counts: Any = tally(an_execution(record))
    ends = ("returned", "rejected", "raised", "lacking", "crashed", "hung", "not_run")
    assert {end: counts[end] for end in ends if counts[end]} == {name: 1}
    assert is_executed(counts) is executed
    assert counts["runs"] == 2


def test_the_terminal_names_what_ran_what_is_slow_and_what_has_no_value() -> None:
    lacking = {"input": "model", "io_type": "MODEL", "reason": "needs weights"}
    tallies: list[Any] = [
        tally(an_execution(a_record("returned"), a_record("raised", "clear"))),
        tally(
            an_execution(a_record("returned", seconds=2.5), node="Slow", not_reached=3, planned=4)
        ),
        tally(an_execution(not_generable=[lacking])),
    ]
    assert [*executed_lines({"fakes": False}, tallies)] == [
        "ran 2 of 3 nodes in 3.0 s; 2 gave a result",
        "6 inputs: 2 returned, 1 rejected the input, 3 not reached",
        "not generable: 1 node needs MODEL 1 (--studio-fakes gives small fakes for models)",
        "slow: Slow 2.5 s",
    ]
    assert [*executed_lines({"fakes": False}, [])] == []


def test_fakes_are_offered_for_what_they_can_stand_in_for() -> None:
    own = {"input": "card", "io_type": "MY_CARD", "reason": "no way is known"}
    tallies: list[Any] = [tally(an_execution(not_generable=[own])) for _ in range(2)]
    assert [*executed_lines({"fakes": False}, tallies)][-1] == (
        "not generable: 2 nodes need MY_CARD 2"
    )
