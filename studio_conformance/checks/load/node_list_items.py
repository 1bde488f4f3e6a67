"""Every item of the node list is a v3 node class."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-014",
    "node-list-items",
    title="Every item of the node list is a v3 node class.",
    why=(
        "The host calls GET_SCHEMA on each item. One that is an instance, a v1 class or "
        "something else raises there, and every node after it is dropped as well."
    ),
    fix=(
        "List classes that derive from io.ComfyNode / io.StudioNode, not instances of them; "
        "offer v1 classes through NODE_CLASS_MAPPINGS of another pack or port them."
    ),
    level="error",
    scope="pack",
)
def node_list_items(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "node-list-item")
