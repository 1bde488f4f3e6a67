"""A node has outputs or is an output node."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-022",
    "reachable",
    title="A node has outputs or is an output node.",
    why=(
        "The host runs output nodes and what they need. A node that is neither an "
        "output node nor has an output never runs."
    ),
    fix="Declare an output, or set is_output_node=True (v1: OUTPUT_NODE = True).",
    level="warning",
    whole_pack=True,
)
def reachable(node: Node) -> Iterator[Violation]:
    facts = node.attribute("OUTPUT_NODE")
    is_output = node.flag("is_output_node") or bool(facts and facts["value"])
    if node.kind == "v1" and node.attribute("RETURN_TYPES") is None:
        raise NotApplicable("the class has no RETURN_TYPES")
    if node.pack.description["load"]["web_directory"] is not None:
        raise NotApplicable("the pack's frontend code may act on nodes that never run")
    if not node.outputs and not is_output:
        yield Violation("the node has no outputs and is no output node", node.location)
