"""No id of a v3 node stands for an input and an output."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._ids import ids_on_both_sides, lost_with
from studio_conformance.subject import Node


@check(
    "SCHEMA-033",
    "ids-not-shared",
    title="No input of a v3 node has the id of an output.",
    why=(
        "Hosts before 0.8 refuse such a schema: the node is not there, and neither are those that "
        "come after it in the extension's list."
    ),
    fix="Give the output another id (its display name may stay), such as image_out.",
    level="error",
    whole_pack=True,
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
    undescribed=True,
)
def ids_not_shared(node: Node) -> Iterator[Violation]:
    shared = ids_on_both_sides(node)
    if not node.described and not shared:
        raise NotApplicable("the node gives no schema (see node-registers)")
    for name in shared:
        message = f"an input and an output have the id {name!r}{lost_with(node)}"
        yield Violation(message, node.locate(name), name)
