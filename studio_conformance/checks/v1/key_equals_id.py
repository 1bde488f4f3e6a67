"""A v3 node in NODE_CLASS_MAPPINGS stands under its node_id."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "V1-020",
    "key-equals-id",
    title="A v3 node in NODE_CLASS_MAPPINGS stands under its own node_id.",
    why=(
        "The server knows the node by the mapping's key, the frontend by the node_id: workflows "
        "that the frontend saves name a node that the server does not have."
    ),
    fix="Use the schema's node_id as the key, or change node_id to the key that workflows use.",
    level="error",
    kinds=("v3",),
)
def key_equals_id(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    if node.facts["route"] != "v1" or schema is None:
        raise NotApplicable("the node is registered under its node_id")
    node_id = schema["fields"].get("node_id")
    if node_id != node.key:
        message = f"mapping key {node.key!r} is not the schema's node_id {node_id!r}"
        yield Violation(message, node.locate(str(node_id)))
