"""OUTPUT_NODE is a boolean."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "V1-017",
    "output-node-boolean",
    title="OUTPUT_NODE is True or False.",
    why=(
        "The host compares OUTPUT_NODE with True. Anything else that merely looks true, such as "
        "(True,) or a string, makes no output node: the node never runs."
    ),
    fix="Write OUTPUT_NODE = True, without a comma or quotes.",
    level="error",
    kinds=("v1",),
)
def output_node_boolean(node: Node) -> Iterator[Violation]:
    facts = node.attribute("OUTPUT_NODE")
    if facts is None:
        raise NotApplicable("the class has no OUTPUT_NODE")
    if facts["value"] and facts["value"] != 1:  # as the host: 1 == True, nothing else is
        message = f"OUTPUT_NODE is {facts['value']!r} ({facts['type']}), not True or False"
        yield Violation(message, node.locate_attribute("OUTPUT_NODE"), "OUTPUT_NODE")
