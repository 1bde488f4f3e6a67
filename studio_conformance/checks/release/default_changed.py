"""Every input keeps its default."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-016",
    "default-changed",
    title="Every input keeps its default.",
    why=(
        "A prompt that leaves the input out, and every new node, gives another result than before."
    ),
    fix="Keep the default, or announce it: users who compare pictures will ask.",
    level="warning",
    bump="minor",
)
def default_changed(node: Node) -> Iterator[Violation]:
    yield from found(node, "default-changed")
