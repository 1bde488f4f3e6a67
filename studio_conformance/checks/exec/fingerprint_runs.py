"""The fingerprint does not raise."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import raising
from studio_conformance.subject import Node


@check(
    "EXEC-022",
    "fingerprint-runs",
    title="The fingerprint does not raise on input that the schema allows.",
    why=(
        "The host takes an error for a change and runs the node, and everything after it, "
        "again each time."
    ),
    fix=(
        "Take every input that can be there, None for what comes over a link included, and "
        "return a value in any case."
    ),
    level="error",
)
def fingerprint_runs(node: Node) -> Iterator[Violation]:
    known = ("SIGNATURE-004", "SIGNATURE-011", "V1-012")
    yield from raising(node, "fingerprint_inputs", ("constants",), *known)
