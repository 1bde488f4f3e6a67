"""No node id occurs twice in the pack."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-024",
    "unique-node-ids",
    title="No two nodes of the pack have the same id.",
    why=(
        "The last one registered wins without a word; the other node does not exist, and "
        "workflows that meant it run the wrong code."
    ),
    fix=(
        "Give each node class an id of its own. Keep the old id on the node that released "
        "workflows use."
    ),
    level="error",
    scope="pack",
)
def unique_node_ids(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "duplicate-id")
