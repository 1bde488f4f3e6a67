"""FUNCTION names the same method as before."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-021",
    "function-renamed",
    title="FUNCTION names the same method as before.",
    why="Workflows don't notice, but packs that call the node's method directly break.",
    fix="Keep the method's name, or leave an alias of the old name in the class.",
    level="warning",
    bump="minor",
)
def function_renamed(node: Node) -> Iterator[Violation]:
    yield from found(node, "function-renamed")
