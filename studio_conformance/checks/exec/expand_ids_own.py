"""The ids of an expansion begin with the node's own prefix."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node


@check(
    "EXEC-035",
    "expand-ids-own",
    title="The node ids of an expansion are the node's own.",
    why=(
        "Two such nodes in one workflow, or one that runs over a list, give the same ids: the "
        "host stops with an error about a duplicate id, or runs the wrong node."
    ),
    fix="Build the graph with GraphBuilder(), which puts the node's own prefix before each id.",
    level="error",
)
def expand_ids_own(node: Node) -> Iterator[Violation]:
    expanded = [(record, record["facts"]["expand"]) for record in returned(node)]
    if not any(expand for _, expand in expanded):
        raise NotApplicable("no run gave an expansion")
    yield from each_once(
        node,
        (
            Seen("expand", f"node ids {', '.join(expand['ids'][:3])} have no prefix", record)
            for record, expand in expanded
            if expand and expand["count"] and not expand["prefixed"]
        ),
    )
