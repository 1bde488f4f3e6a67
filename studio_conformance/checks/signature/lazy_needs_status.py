"""A node with lazy inputs says which it needs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._lazy import lazy_inputs
from studio_conformance.subject import Node


@check(
    "SIGNATURE-014",
    "lazy-needs-status",
    title="A node with lazy inputs has a check_lazy_status of its own.",
    why=(
        "The host evaluates a lazy input only when check_lazy_status asks for it. Without the "
        "method nobody asks: the input is None in every run."
    ),
    fix="Add check_lazy_status and return the names of the inputs needed, or drop lazy=True.",
    level="error",
)
def lazy_needs_status(node: Node) -> Iterator[Violation]:
    lazy = lazy_inputs(node)
    if not lazy:
        raise NotApplicable("the node has no lazy input")
    if node.method("check_lazy_status") is None:
        for name in lazy:
            message = f"input {name!r} is lazy, but nothing asks for it: no check_lazy_status"
            yield Violation(message, node.locate(name), name)
