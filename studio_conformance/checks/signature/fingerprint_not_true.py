"""The fingerprint is not True."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._body import constant_result
from studio_conformance.checks._parameters import either
from studio_conformance.subject import Node


@check(
    "SIGNATURE-012",
    "fingerprint-not-true",
    title="The fingerprint does not always return True.",
    why=(
        "The host compares the value with the last one: True equals True, so the node counts as "
        "unchanged and stays cached. Whoever wrote True wanted it to run every time."
    ),
    fix='Return float("nan") to run every time, or a value that changes with what the node reads.',
    level="error",
)
def fingerprint_not_true(node: Node) -> Iterator[Violation]:
    role = either(node, "IS_CHANGED", "fingerprint_inputs")
    found = constant_result(node, role)
    if found is not None and found.value is True:
        yield Violation(f"{role} always returns True", node.locate_method(role), role)
