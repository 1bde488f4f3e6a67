"""NODE_CLASS_MAPPINGS is a dict."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_mapping
from studio_conformance.subject import Pack


@check(
    "LOAD-016",
    "mapping-is-dict",
    title="NODE_CLASS_MAPPINGS is a dict.",
    why="The host asks it for its items; anything else raises and the pack is lost.",
    fix="Make it a dict from node id to class.",
    level="error",
    scope="pack",
)
def mapping_is_dict(pack: Pack) -> Iterator[Violation]:
    require_mapping(pack)
    yield from from_problems(pack, "mapping-not-dict")
