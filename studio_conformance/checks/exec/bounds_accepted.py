"""A node can work with each bound that its schema gives."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._failing import (
    asks_for_more,
    failure_of,
    failures,
    is_of_a_module,
    require_working_defaults,
    varied,
)
from studio_conformance.checks._runs import runs
from studio_conformance.subject import Node


@check(
    "EXEC-055",
    "bounds-accepted",
    title="The node works at the min and at the max of every number.",
    why="The schema lets users choose, or link, a value at which the node fails.",
    fix="Narrow min and max to what works, or handle the bound.",
    level="warning",
)
def bounds_accepted(node: Node) -> Iterator[Violation]:
    require_working_defaults(node)
    if not any(varied(record, "min", "max") for record in runs(node)):
        raise NotApplicable("the node has no number with a bound that was run")
    yield from failures(node, _told, lambda record: _unaccepted(node, record))


def _told(record: CaseRecord, name: str) -> str:
    """At the bound, or below it: a number that would take too much is lowered before it is run."""
    lowered = next((each for each in record["case"]["capped"] if each.startswith(f"{name}: ")), "")
    if not lowered:
        return f"fails at a bound of {name!r}"
    given, _, bound = lowered.removeprefix(f"{name}: ").partition(" instead of ")
    return f"fails when {name!r} is {given}, below its bound {bound}"


def _unaccepted(node: Node, record: CaseRecord) -> str | None:
    failure = failure_of(record)
    if failure is None or failure["rejection"] not in ("programming", "other"):
        return None
    if is_of_a_module(failure):
        return None
    return None if asks_for_more(node, record, failure) else varied(record, "min", "max")
