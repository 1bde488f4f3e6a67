"""The lazy hook asks for inputs that exist."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import HookFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import wrong_answers
from studio_conformance.subject import Node


@check(
    "EXEC-028",
    "lazy-status-names",
    title="The method check_lazy_status asks only for inputs of the node.",
    why="The host ends the run: there is no such input.",
    fix="Return ids as the schema has them.",
    level="error",
)
def lazy_status_names(node: Node) -> Iterator[Violation]:
    yield from wrong_answers(node, "check_lazy_status", ("constants", "linked"), _unknown)


def _unknown(facts: HookFacts) -> str | None:
    names = ", ".join(map(repr, facts["unknown"]))
    return f"asks for {names}, which is no input of the node" if names else None
