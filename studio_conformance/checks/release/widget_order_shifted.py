"""Saved widget values reach the widgets they were saved for."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-009",
    "widget-order-shifted",
    title="Saved widget values reach the widgets they were saved for.",
    why=(
        "Saved workflows hold widget values as a bare list: after a shift each value lands in "
        "a neighbour, often without an error."
    ),
    fix=(
        "Put new widgets last (optional ones behind all required) and leave those before them "
        "where they are."
    ),
    level="error",
    bump="major",
)
def widget_order_shifted(node: Node) -> Iterator[Violation]:
    yield from found(node, "widget-order-shifted")
