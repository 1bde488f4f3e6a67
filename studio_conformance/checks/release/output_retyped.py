"""Every output keeps its type."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-004",
    "output-retyped",
    title="Every output keeps its type.",
    why=(
        "The host refuses links between types that differ, so saved workflows stop before "
        "they start."
    ),
    fix="Keep the type, and give the new one as a further output at the end.",
    level="error",
    bump="major",
)
def output_retyped(node: Node) -> Iterator[Violation]:
    yield from found(node, "output-retyped")
