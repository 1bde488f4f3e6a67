"""The lazy hook asks for inputs that exist."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

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
    rows = {_stem(item["id"]) for item in node.inputs if _stem(item["id"]) != item["id"]}
    unknown = partial(_unknown, rows)
    yield from wrong_answers(node, "check_lazy_status", ("constants", "linked"), unknown)


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _unknown(rows: set[str], facts: HookFacts) -> str | None:
    """Names that no input has. The frontend adds more to a row of them: input2 to input1."""
    added = {name for name in facts["unknown"] if _stem(name) != name and _stem(name) in rows}
    names = ", ".join(repr(name) for name in facts["unknown"] if name not in added)
    return f"asks for {names}, which is no input of the node" if names else None
