"""Every node is found in the menu where it was."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-018",
    "category-changed",
    title="Every node is found in the menu where it was.",
    why="Users and tutorials that know the menu no longer find the node there.",
    fix="Keep the category, or announce it.",
    level="warning",
    bump="minor",
)
def category_changed(node: Node) -> Iterator[Violation]:
    yield from found(node, "category-changed")
