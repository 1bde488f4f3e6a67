"""The pack uses one of the two routes."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-015",
    "one-route",
    title="The pack has a NODE_CLASS_MAPPINGS or an entry point, not both.",
    why=(
        "As soon as a NODE_CLASS_MAPPINGS exists, even an empty one, the host ignores the "
        "entry point: the nodes it would give are silently absent."
    ),
    fix=(
        "Put every node into one of the two. A v3 node class may stand in NODE_CLASS_MAPPINGS "
        "under its node_id."
    ),
    level="warning",
    scope="pack",
)
def one_route(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "both-routes")
