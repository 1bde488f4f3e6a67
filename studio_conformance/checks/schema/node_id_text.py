"""A node's id is a non-empty text without spaces around it, the same at every call."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-025",
    "node-id-text",
    title=("A node's id is a non-empty text without spaces around it, the same at every call."),
    why=(
        "Saved workflows refer to the node by it: an id that changes, or that looks "
        "like another, loses them."
    ),
    fix="Give node_id (v1: the key in NODE_CLASS_MAPPINGS) as a constant string.",
    level="error",
)
def node_id_text(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    if schema is not None and schema["id_type"] != "str":
        message = f"node_id is of type {schema['id_type']}"
        yield Violation(message, node.locate_method("define_schema"), "node_id")
    elif not node.key.strip() or node.key != node.key.strip():
        message = f"the id is {node.key!r}"
        yield Violation(message, node.locate(node.key), "node_id")
    elif schema is not None and "node_id" in schema["differences"]:
        message = "two calls of define_schema give two node ids"
        yield Violation(message, node.locate_method("define_schema"), "node_id")
