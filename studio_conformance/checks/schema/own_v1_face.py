"""A v3 node shows its own v1 attributes, not those of a node it derives from."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node

_CACHED = ("RETURN_TYPES", "OUTPUT_IS_LIST", "OUTPUT_NODE", "INPUT_IS_LIST", "NOT_IDEMPOTENT")
"""Those by which the host runs a node; names and category it reads from the schema itself."""


@check(
    "SCHEMA-020",
    "own-v1-face",
    title="A v3 node shows its own v1 attributes, not those of a node it derives from.",
    why=(
        "The host computes RETURN_TYPES, OUTPUT_NODE and so on once per class and keeps "
        "them where subclasses inherit them: if the parent is registered first, the "
        "child runs with the parent's outputs."
    ),
    fix=(
        "Put the shared code into a helper or a mixin that is no node, and derive both "
        "nodes from ComfyNode."
    ),
    level="error",
    whole_pack=True,
    kinds=("v3",),
)
def own_v1_face(node: Node) -> Iterator[Violation]:
    parents = [
        other
        for other in node.pack.nodes
        if other.facts["class_name"] in node.facts["node_parents"] and other.described
    ]
    if not parents:
        raise NotApplicable("the class derives from no other node of the pack")
    for parent in parents:
        differing = _declared_apart(node, parent)
        if differing:
            message = (
                f"{node.key} derives from the node {parent.key} and declares another "
                f"{differing[0]}; if {parent.key} is registered first, the host uses that one's"
            )
            yield Violation(message, node.location, parent.key)


def _declared_apart(node: Node, parent: Node) -> list[str]:
    mine, theirs = _face(node), _face(parent)
    return [name for name in _CACHED if mine[name] != theirs[name]]


def _face(node: Node) -> dict[str, object]:
    """The v1 attributes as the node's own schema makes them."""
    schema = node.facts["schema"]
    fields = schema["fields"] if schema else {}
    return {
        "RETURN_TYPES": [output["io_type"] for output in node.outputs],
        "OUTPUT_IS_LIST": [output["is_list"] for output in node.outputs],
        "OUTPUT_NODE": fields.get("is_output_node"),
        "INPUT_IS_LIST": fields.get("is_input_list"),
        "NOT_IDEMPOTENT": fields.get("not_idempotent"),
    }
