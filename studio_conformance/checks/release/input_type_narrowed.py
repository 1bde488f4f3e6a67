"""Every input takes the types that it took."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-010",
    "input-type-narrowed",
    title="Every input takes the types that it took.",
    why=(
        "Links that were made are refused, and saved values have a type the node no longer expects."
    ),
    fix="Take the old type too, or add an optional input of the new type.",
    level="error",
    bump="major",
)
def input_type_narrowed(node: Node) -> Iterator[Violation]:
    yield from found(node, "input-type-narrowed")
