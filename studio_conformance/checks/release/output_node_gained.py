"""No node became an output node."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-017",
    "output-node-gained",
    title="No node became an output node.",
    why=("The node now runs in every workflow that has it, also where nothing used what it gives."),
    fix="Keep OUTPUT_NODE (v3: is_output_node) as it was, or announce it.",
    level="warning",
    bump="minor",
)
def output_node_gained(node: Node) -> Iterator[Violation]:
    yield from found(node, "output-node-gained")
