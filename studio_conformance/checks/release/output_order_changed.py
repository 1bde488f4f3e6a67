"""Every output keeps its number."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-005",
    "output-order-changed",
    title="Every output keeps its number.",
    why=(
        "Links are saved by number: after a change of order they carry another value, often "
        "without an error."
    ),
    fix="Put new outputs at the end and leave those before them where they are.",
    level="error",
    bump="major",
)
def output_order_changed(node: Node) -> Iterator[Violation]:
    yield from found(node, "output-order-changed")
