"""Every node's class keeps its name."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-022",
    "class-renamed",
    title="Every node's class keeps its name.",
    why="Workflows don't notice, but packs that import the class break.",
    fix="Keep the name, or leave an alias of the old one in the module.",
    level="warning",
    bump="minor",
)
def class_renamed(node: Node) -> Iterator[Violation]:
    yield from found(node, "class-renamed")
