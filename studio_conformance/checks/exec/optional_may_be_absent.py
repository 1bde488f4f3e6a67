"""A node runs without an input that it calls optional."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._failing import (
    failure_of,
    failures,
    is_of_a_module,
    is_programming_error,
    require_working_defaults,
    varied,
)
from studio_conformance.checks._runs import runs
from studio_conformance.subject import Node


@check(
    "EXEC-056",
    "optional-may-be-absent",
    title="The node runs without each input that it calls optional.",
    why=(
        "A user who leaves the socket open, as the schema allows, gets a TypeError or an "
        "AttributeError about None."
    ),
    fix="Give the parameter a default that works, or make the input required.",
    level="error",
)
def optional_may_be_absent(node: Node) -> Iterator[Violation]:
    if not any(varied(record, "absent") for record in runs(node)):
        raise NotApplicable("no case leaves out an optional input")
    require_working_defaults(node)
    yield from failures(node, "fails without {name!r}", lambda record: _absent(node, record))


def _absent(node: Node, record: CaseRecord) -> str | None:
    failure = failure_of(record)
    if failure is None or is_of_a_module(failure) or not is_programming_error(node, record):
        return None
    return varied(record, "absent")
