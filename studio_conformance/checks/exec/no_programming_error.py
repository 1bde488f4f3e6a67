"""A node makes no programming error on input that its schema allows."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseFailure, CaseRecord
from studio_conformance.checks import Violation, check
from studio_conformance.checks._failing import (
    default_case,
    failure_of,
    failures,
    is_its_own_fault,
    is_of_a_module,
    is_of_numbers,
    is_programming_error,
    varied,
)
from studio_conformance.subject import Node

Line = tuple["str | None", "int | None"]


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
    known = _lines_at_defaults(node)
    yield from failures(node, "fails", lambda record: _wanted(node, record, known))


def _lines_at_defaults(node: Node) -> set[Line]:
    """Where the defaults fail already: that is told there."""
    default = default_case(node)
    own = default is not None and is_its_own_fault(node, default)
    found = [failure_of(default)] if default is not None and own else []
    return {(failure["file"], failure["line"]) for failure in found if failure is not None}


def _wanted(node: Node, record: CaseRecord, known: set[Line]) -> str | None:
    """The exception's type; None where another check speaks about the case."""
    failure = failure_of(record)
    if (
        failure is None
        or _is_anothers(record, failure)
        or (failure["file"], failure["line"]) in known
    ):
        return None
    return failure["type"].rpartition(".")[2] if is_programming_error(node, record) else None


def _is_anothers(record: CaseRecord, failure: CaseFailure) -> bool:
    """Whether the checks of bounds, options and absent inputs speak about the case."""
    if varied(record, "option") and is_of_numbers(failure):
        return False
    return varied(record, "min", "max", "option", "absent") is not None and not is_of_a_module(
        failure
    )
