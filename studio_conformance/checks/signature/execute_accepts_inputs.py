"""The method that runs the node takes every input."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import parameters, refused
from studio_conformance.subject import Node


@check(
    "SIGNATURE-001",
    "execute-accepts-inputs",
    title="The method that runs the node takes every input and hidden value.",
    why=(
        "The host passes each input by its id. The run ends in a TypeError about an unexpected "
        "keyword argument as soon as a workflow reaches the node."
    ),
    fix="Add a parameter called like the input, or **kwargs, to execute (v1: FUNCTION's method).",
    level="error",
)
def execute_accepts_inputs(node: Node) -> Iterator[Violation]:
    for name in refused(node, parameters(node, "execute")):
        message = f"the method that runs the node takes no {name!r}"
        yield Violation(message, node.locate_method("execute"), name)
