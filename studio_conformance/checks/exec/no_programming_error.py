"""A node makes no programming error on input that its schema allows."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import Violation, check
from studio_conformance.checks._failing import (
    DEFAULTS,
    failure_of,
    failures,
    is_programming_error,
    varied,
)
from studio_conformance.subject import Node


@check(
    "EXEC-053",
    "no-programming-error",
    title="The node makes no programming error on input that its schema allows.",
    why=(
        "A user who combines allowed values gets an error about types, attributes or indexes "
        "that says nothing about what to do."
    ),
    fix=(
        "Look at the line that raised. Where the input can't be served, raise a ValueError "
        "that says why, or state the limit in the schema."
    ),
    level="warning",
)
def no_programming_error(node: Node) -> Iterator[Violation]:
    yield from failures(node, "fails", lambda record: _wanted(node, record))


def _wanted(node: Node, record: CaseRecord) -> str | None:
    """The exception's type; None where another check speaks about the case."""
    failure = failure_of(record)
    special = record["case"]["id"] == DEFAULTS or varied(record, "min", "max", "option", "absent")
    if failure is None or special or not is_programming_error(node, record):
        return None
    return failure["type"].rpartition(".")[2]
