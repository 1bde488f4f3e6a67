"""IS_CHANGED can be called on the class."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._calling import unfilled_self
from studio_conformance.subject import Node


@check(
    "V1-012",
    "is-changed-form",
    title="IS_CHANGED is a classmethod or a staticmethod.",
    why=(
        "The host calls IS_CHANGED on the class, without an instance. The call fails, a warning "
        "is logged, and the node and all that follows it run again every time."
    ),
    fix="Put @classmethod above def IS_CHANGED(cls, ...), or @staticmethod and no self.",
    level="error",
    kinds=("v1",),
)
def is_changed_form(node: Node) -> Iterator[Violation]:
    name = unfilled_self(node, "IS_CHANGED")
    if name is not None:
        message = f"IS_CHANGED is an instance method: nobody passes {name!r}"
        yield Violation(message, node.locate_method("IS_CHANGED"))
