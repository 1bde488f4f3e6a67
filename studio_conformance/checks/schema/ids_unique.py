"""The inputs of a v3 node have different ids, and so have its outputs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._ids import lost_with, repeated_ids
from studio_conformance.subject import Node


@check(
    "SCHEMA-032",
    "ids-unique",
    title="No two inputs and no two outputs of a v3 node have the same id.",
    why=(
        "The host refuses the schema: the node is not there, and neither are those that come "
        "after it in the extension's list."
    ),
    fix="Give each input and each output an id of its own; display names may repeat.",
    level="error",
    whole_pack=True,
    kinds=("v3",),
    undescribed=True,
)
def ids_unique(node: Node) -> Iterator[Violation]:
    repeated = repeated_ids(node)
    if not node.described and not repeated:
        raise NotApplicable("the node gives no schema (see node-registers)")
    for side, name in repeated:
        message = f"two {side}s have the id {name!r}{lost_with(node)}"
        yield Violation(message, node.locate(name), name)
