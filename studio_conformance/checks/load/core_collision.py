"""The node's id is not one of the host's own."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.host.core_nodes import core_node_ids
from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import require_guest
from studio_conformance.subject import Node


@check(
    "LOAD-025",
    "core-collision",
    title="The node's id is not the id of a node of the host.",
    why=(
        "The host keeps its own node and skips this one without a word: the user gets another "
        "node than the pack promises."
    ),
    fix="Give the node an id of its own, with the pack's name in it.",
    level="error",
)
def core_collision(node: Node) -> Iterator[Violation]:
    require_guest(node.pack)
    if node.key in core_node_ids():
        yield Violation(f"id {node.key!r} is taken by a node of the host", node.locate(node.key))
