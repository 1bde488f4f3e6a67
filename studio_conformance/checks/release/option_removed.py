"""Every option of the earlier release is still offered."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-012",
    "option-removed",
    title="Every option of the earlier release is still offered.",
    why="A workflow saved with the option is refused: the value is not in the list.",
    fix="Keep the option and let it mean the nearest of the others.",
    level="error",
    bump="major",
)
def option_removed(node: Node) -> Iterator[Violation]:
    yield from found(node, "option-removed")
