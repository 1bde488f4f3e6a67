"""Every output is shown by the name it had."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-020",
    "output-renamed",
    title="Every output is shown by the name it had.",
    why="Saved links still hold, but users and tutorials know the output by its old name.",
    fix="Keep the name, or announce it.",
    level="warning",
    bump="minor",
)
def output_renamed(node: Node) -> Iterator[Violation]:
    yield from found(node, "output-renamed")
