"""The fingerprint is not the same for ever."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._body import constant_result
from studio_conformance.checks._parameters import either
from studio_conformance.subject import Node


@check(
    "SIGNATURE-013",
    "fingerprint-varies",
    title="The fingerprint does not always return the same constant.",
    why=(
        "The host compares the value with the last one. A constant never differs: the method has "
        "no effect, and the node does not run again when what it reads has changed."
    ),
    fix="Return a value that changes with what the node reads, or remove the method.",
    level="warning",
)
def fingerprint_varies(node: Node) -> Iterator[Violation]:
    role = either(node, "IS_CHANGED", "fingerprint_inputs")
    found = constant_result(node, role)
    if found is not None and found.value is not True:
        message = f"{role} always returns {found.value!r}"
        yield Violation(message, node.locate_method(role), role)
