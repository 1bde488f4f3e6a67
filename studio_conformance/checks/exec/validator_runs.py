"""The validator does not raise."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import raising
from studio_conformance.subject import Node


@check(
    "EXEC-024",
    "validator-runs",
    title="The validator does not raise on input that the schema allows.",
    why=(
        "The host reports an error inside the validation with a stack trace; the user does "
        "not learn which value is wrong."
    ),
    fix="Return a message for what is wrong instead of raising.",
    level="error",
)
def validator_runs(node: Node) -> Iterator[Violation]:
    known = ("SIGNATURE-004", "SIGNATURE-007", "SIGNATURE-008", "SIGNATURE-009", "V1-013")
    yield from raising(node, "validate_inputs", ("constants",), *known)
