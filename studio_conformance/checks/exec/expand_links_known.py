"""An expansion links only to nodes that exist."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node


@check(
    "EXEC-034",
    "expand-links-known",
    title="Every link of an expansion leads to a node that the graph holds.",
    why="The host stops with an error about a node id that the user has never seen.",
    fix=(
        "Take links from the builder: graph.node(...).out(0), and return those of the graph "
        "that is returned."
    ),
    level="error",
)
def expand_links_known(node: Node) -> Iterator[Violation]:
    expanded = [(record, record["facts"]["expand"]) for record in returned(node)]
    if not any(expand for _, expand in expanded):
        raise NotApplicable("no run gave an expansion")
    yield from each_once(
        node,
        (
            Seen("expand", f"links to {link}, which the graph does not hold", record)
            for record, expand in expanded
            for link in (expand["unknown_links"] if expand else [])
        ),
    )
