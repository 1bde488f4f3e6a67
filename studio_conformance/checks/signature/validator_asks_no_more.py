"""The validator asks for inputs only."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import either, parameters, unfilled
from studio_conformance.subject import Node


@check(
    "SIGNATURE-009",
    "validator-asks-no-more",
    title="Each parameter of the validator is an input, is input_types or has a default.",
    why=(
        "Nobody fills any other parameter: the validator fails with a TypeError and the host "
        "refuses every workflow with this node."
    ),
    fix="Remove the parameter, give it the exact name of an input, or give it a default.",
    level="error",
)
def validator_asks_no_more(node: Node) -> Iterator[Violation]:
    role = either(node, "VALIDATE_INPUTS", "validate_inputs")
    given = [each for each in parameters(node, role) if each["kind"] == "positional_or_keyword"]
    for name in unfilled(node, given):
        if name != "input_types":
            message = f"{role} needs {name!r}, which is no input"
            yield Violation(message, node.locate_method(role), name)
