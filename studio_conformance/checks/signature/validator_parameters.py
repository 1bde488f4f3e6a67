"""The validator takes inputs by ordinary parameters."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import either, parameters, takes_any
from studio_conformance.subject import Node


@check(
    "SIGNATURE-007",
    "validator-parameters",
    title="The validator has no keyword-only and no positional-only parameters.",
    why=(
        "The host reads the names of ordinary parameters and passes these by keyword. It never "
        "fills a keyword-only one: the call fails, or judges a default instead of the input."
    ),
    fix="Remove the bare * or / from the validator's parameters.",
    level="error",
)
def validator_parameters(node: Node) -> Iterator[Violation]:
    role = either(node, "VALIDATE_INPUTS", "validate_inputs")
    given = parameters(node, role)
    for each in given:
        kind = each["kind"]
        # With **kwargs the host passes everything, by name.
        unfilled = kind == "keyword_only" and not takes_any(given)
        if unfilled or (kind == "positional_only" and not each["has_default"]):
            message = f"{role} takes {each['name']!r} as {kind.replace('_', '-')}: nobody fills it"
            yield Violation(message, node.locate_method(role), each["name"])
