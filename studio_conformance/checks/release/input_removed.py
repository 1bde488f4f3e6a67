"""No input of the earlier release is gone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-006",
    "input-removed",
    title="No input of the earlier release is gone.",
    why="A link or value that a saved workflow has for the input is dropped without a word.",
    fix="Keep the input, optional and ignored if need be.",
    level="error",
    bump="major",
)
def input_removed(node: Node) -> Iterator[Violation]:
    yield from found(node, "input-removed")
