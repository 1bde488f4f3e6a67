"""The fingerprint can be called with the inputs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import either, misfits, parameters
from studio_conformance.subject import Node


@check(
    "SIGNATURE-011",
    "fingerprint-fits",
    title="The fingerprint can be called with just the inputs that the host passes.",
    why=(
        "The host passes all inputs that the workflow gives. When the call fails it logs a "
        "warning, and the node and all that follows it run again every time."
    ),
    fix="Give fingerprint_inputs (v1: IS_CHANGED) the inputs as parameters, or take **kwargs.",
    level="error",
)
def fingerprint_fits(node: Node) -> Iterator[Violation]:
    role = either(node, "IS_CHANGED", "fingerprint_inputs")
    problem = misfits(node, parameters(node, role))
    if problem:
        yield Violation(f"{role} {problem}", node.locate_method(role), role)
