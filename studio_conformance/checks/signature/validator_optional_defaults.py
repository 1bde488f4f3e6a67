"""The validator does without optional inputs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import either, need_default, parameters
from studio_conformance.subject import Node


@check(
    "SIGNATURE-008",
    "validator-optional-defaults",
    title="In the validator the parameter of an optional input has a default.",
    why=(
        "An optional input that is not connected is not passed. The validator then fails with a "
        "TypeError and the host refuses the workflow."
    ),
    fix="Write the parameter with a default, such as mask=None.",
    level="error",
)
def validator_optional_defaults(node: Node) -> Iterator[Violation]:
    role = either(node, "VALIDATE_INPUTS", "validate_inputs")
    given = [each for each in parameters(node, role) if each["kind"] == "positional_or_keyword"]
    for name in need_default(node, given):
        message = f"{name!r} is an optional input, but in {role} it has no default"
        yield Violation(message, node.locate_method(role), name)
