"""check_lazy_status can be called with the inputs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import misfits, parameters
from studio_conformance.subject import Node


@check(
    "SIGNATURE-016",
    "lazy-status-fits",
    title="The method check_lazy_status can be called with just what the host passes.",
    why=(
        "The host calls it with the same arguments as the method that runs the node. When the "
        "call fails with a TypeError, the workflow stops there."
    ),
    fix="Give check_lazy_status the parameters of execute, or take **kwargs.",
    level="error",
)
def lazy_status_fits(node: Node) -> Iterator[Violation]:
    role = "check_lazy_status"
    problem = misfits(node, parameters(node, role))
    if problem:
        yield Violation(f"{role} {problem}", node.locate_method(role), role)
