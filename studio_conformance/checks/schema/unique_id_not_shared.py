"""A v3 node that asks for its unique_id is not_idempotent."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-019",
    "unique-id-not-shared",
    title="A v3 node that asks for its unique_id is not_idempotent.",
    why=(
        "The host's cache does not see a v3 node's unique_id: of two nodes with the "
        "same inputs only one runs, and the other shows the output made for the first "
        "one's id."
    ),
    fix="Add not_idempotent=True to the schema, or leave Hidden.unique_id out.",
    level="error",
    kinds=("v3",),
)
def unique_id_not_shared(node: Node) -> Iterator[Violation]:
    asks = any(item["value"] == "UNIQUE_ID" and item["declared"] for item in node.hidden)
    if asks and not node.flag("not_idempotent"):
        message = "the schema lists Hidden.unique_id without not_idempotent=True"
        yield Violation(message, node.locate_method("define_schema"), "unique_id")
