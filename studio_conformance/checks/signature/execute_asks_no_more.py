"""The method that runs the node asks for inputs only."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import parameters, unfilled
from studio_conformance.subject import Node


@check(
    "SIGNATURE-002",
    "execute-asks-no-more",
    title="Each parameter of the method that runs the node is an input or has a default.",
    why=(
        "The host passes inputs and nothing else (hidden values of a v3 node stand in cls.hidden): "
        "every run ends in a TypeError about a missing argument."
    ),
    fix="Declare the input, remove the parameter, or give it a default.",
    level="error",
)
def execute_asks_no_more(node: Node) -> Iterator[Violation]:
    for name in unfilled(node, parameters(node, "execute")):
        message = f"the method that runs the node needs {name!r}, which is no input"
        yield Violation(message, node.locate_method("execute"), name)
