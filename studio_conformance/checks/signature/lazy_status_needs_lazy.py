"""A node with check_lazy_status has a lazy input."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._lazy import mentions_lazy
from studio_conformance.subject import Node


@check(
    "SIGNATURE-015",
    "lazy-status-needs-lazy",
    title="A node with a check_lazy_status of its own has a lazy input.",
    why=(
        "Inputs are lazy only if they say so. As it is, all of them are evaluated before the "
        "method is asked: the work it is to spare is done every time."
    ),
    fix='Mark the inputs that may stay unevaluated: lazy=True (v1: {"lazy": True}).',
    level="warning",
)
def lazy_status_needs_lazy(node: Node) -> Iterator[Violation]:
    method = node.method("check_lazy_status")
    if method is None or not node.described:
        raise NotApplicable("the node has no check_lazy_status")
    # A base class may have it for those of its nodes that have lazy inputs.
    inherited = method["defined_in"] != node.facts["class_name"]
    if not inherited and not mentions_lazy(node):
        message = "check_lazy_status is there, but no input is lazy"
        yield Violation(message, node.locate_method("check_lazy_status"))
