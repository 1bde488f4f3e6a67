"""VALIDATE_INPUTS can be called on the class."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._calling import unfilled_self
from studio_conformance.subject import Node


@check(
    "V1-013",
    "validate-inputs-form",
    title="VALIDATE_INPUTS is a classmethod or a staticmethod.",
    why=(
        "The host calls VALIDATE_INPUTS on the class, without an instance: the call fails and "
        "every workflow with this node is refused."
    ),
    fix="Put @classmethod above def VALIDATE_INPUTS(cls, ...), or @staticmethod and no self.",
    level="error",
    kinds=("v1",),
)
def validate_inputs_form(node: Node) -> Iterator[Violation]:
    name = unfilled_self(node, "VALIDATE_INPUTS")
    if name is not None:
        message = f"VALIDATE_INPUTS is an instance method: nobody passes {name!r}"
        yield Violation(message, node.locate_method("VALIDATE_INPUTS"))
