"""The method that runs the node does without optional inputs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import need_default, parameters
from studio_conformance.subject import Node


@check(
    "SIGNATURE-003",
    "execute-optional-defaults",
    title="The parameter of an optional input has a default.",
    why=(
        "The host does not pass an optional input that is not connected, not even None: the run "
        "ends in a TypeError about a missing argument."
    ),
    fix="Write the parameter with a default, such as mask=None.",
    level="error",
)
def execute_optional_defaults(node: Node) -> Iterator[Violation]:
    for name in need_default(node, parameters(node, "execute")):
        message = f"{name!r} is an optional input, but its parameter has no default"
        yield Violation(message, node.locate_method("execute"), name)
