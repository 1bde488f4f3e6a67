"""The validator names an input."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._parameters import all_names, either, parameters, takes_any
from studio_conformance.subject import Node


@check(
    "SIGNATURE-006",
    "validator-names-input",
    title="The validator has a parameter called like an input, or **kwargs.",
    why=(
        "This host reports what a validator says once for each input it names. If it names none, "
        "its refusal is dropped and the workflow runs all the same."
    ),
    fix="Name the inputs that the validator judges, or take **kwargs.",
    level="error",
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def validator_names_input(node: Node) -> Iterator[Violation]:
    role = either(node, "VALIDATE_INPUTS", "validate_inputs")
    given = parameters(node, role)
    if takes_any(given):
        return
    known = all_names(node) | {"input_types"}
    if len(known) == 1:
        raise NotApplicable("the node has no input")
    # A keyword-only parameter is not filled, but that is for validator-parameters to say.
    if not any(each["name"] in known for each in given):
        yield Violation(f"{role} names no input: its verdict is ignored", node.locate_method(role))
