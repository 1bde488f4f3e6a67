"""A node makes no programming error on its defaults."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import Violation, check
from studio_conformance.checks._failing import DEFAULTS, failures, is_its_own_fault
from studio_conformance.subject import Node


@check(
    "EXEC-052",
    "defaults-run",
    title="The node makes no programming error when all inputs have their defaults.",
    why=(
        "The node fails as soon as a user adds it and presses run, with an error that tells "
        "the user nothing."
    ),
    fix=(
        "Look at the line that raised. Where the input can't be served, raise a ValueError "
        "that says why."
    ),
    level="error",
)
def defaults_run(node: Node) -> Iterator[Violation]:
    yield from failures(node, "on its defaults", lambda record: _wanted(node, record))


def _wanted(node: Node, record: CaseRecord) -> str | None:
    at_defaults = record["case"]["id"] == DEFAULTS
    return "defaults" if at_defaults and is_its_own_fault(node, record) else None
