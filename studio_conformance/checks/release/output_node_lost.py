"""A node that ran for its own sake still does."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-014",
    "output-node-lost",
    title="A node that ran for its own sake still does.",
    why=(
        "The host runs output nodes and what they need: the node is now left out, and what it "
        "saved is not saved."
    ),
    fix="Keep OUTPUT_NODE (v3: is_output_node) as it was.",
    level="error",
    bump="major",
)
def output_node_lost(node: Node) -> Iterator[Violation]:
    yield from found(node, "output-node-lost")
