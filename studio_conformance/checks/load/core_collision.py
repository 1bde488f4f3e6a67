"""The node's id is not one of the host's own."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.host.core_nodes import core_node_ids
from reference_runtime.loading.place import Place
from studio_conformance.checks import NotApplicable, Violation, check
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
    if Place(node.pack.path, node.pack.path).is_core():
        raise NotApplicable("the pack is a part of the host itself")
    if node.key in core_node_ids():
        yield Violation(f"id {node.key!r} is taken by a node of the host", node.locate(node.key))
