"""Every number takes the range that it took."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-011",
    "range-narrowed",
    title="Every number takes the range that it took.",
    why=(
        "The host refuses a saved value outside of the new range, so the workflow does not start."
    ),
    fix="Keep the range and limit the value inside the node.",
    level="error",
    bump="major",
)
def range_narrowed(node: Node) -> Iterator[Violation]:
    yield from found(node, "range-narrowed")
