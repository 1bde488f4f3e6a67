"""Every node is shown by the name it had."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-019",
    "display-name-changed",
    title="Every node is shown by the name it had.",
    why=(
        "Users search by the name they know, and saved workflows and tutorials still show the "
        "old one."
    ),
    fix="Keep the display name (or the old one as a search alias), or announce it.",
    level="warning",
    bump="minor",
)
def display_name_changed(node: Node) -> Iterator[Violation]:
    yield from found(node, "display-name-changed")
