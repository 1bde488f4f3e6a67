"""A node accepts the defaults of its own schema."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseFailure, CaseRecord
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._failing import (
    OF_THE_CALL,
    default_case,
    failure_of,
    own_values,
)
from studio_conformance.checks._runs import (
    Seen,
    each_once,
    explained_by,
    raised,
    raised_at,
    with_all_inputs,
    without_fakes,
)
from studio_conformance.subject import Node

OF_THE_VALIDATOR = (
    "SIGNATURE-006", "SIGNATURE-007", "SIGNATURE-008", "SIGNATURE-009", "SIGNATURE-010", "V1-013",
)  # fmt: skip
REFUSALS = ("ValueError", "AssertionError")
"""Errors that speak of the input; others may speak of the machine (no webcam, no such file)."""


@check(
    "EXEC-051",
    "defaults-accepted",
    title="The node accepts the defaults that its own schema gives.",
    why="The node fails as soon as a user adds it and presses run.",
    fix="Give defaults that the node can work with.",
    level="error",
)
def defaults_accepted(node: Node) -> Iterator[Violation]:
    without_fakes(node)
    with_all_inputs(node)
    record = default_case(node)
    if record is None or not own_values(node, record):
        raise NotApplicable("the schema gives no value for some input of the case")
    refusal = _refusal(record)
    if refusal is not None:
        explained_by(node, *OF_THE_CALL, *OF_THE_VALIDATOR)
        where = raised_at(node, refusal[1]) if refusal[1] else None
        seen = Seen("defaults", f"refuses its own defaults: {refusal[0]}", record, where)
        yield from each_once(node, [seen])


def _refusal(record: CaseRecord) -> tuple[str, CaseFailure | None] | None:
    """What the node says against the defaults, and the exception if it was one."""
    if record["facts"]["outcome"] == "refused":
        return record["facts"]["reason"], None
    failure = failure_of(record)
    if failure is None or failure["type"] not in REFUSALS:
        return None
    return raised(failure), failure
