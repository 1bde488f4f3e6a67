"""A pack that had a NODE_CLASS_MAPPINGS still has one."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Pack


@check(
    "RELEASE-024",
    "mappings-gone",
    title="A pack that had a NODE_CLASS_MAPPINGS still has one.",
    why="Packs and scripts that import the mapping, to call nodes or to wrap them, break.",
    fix="Tell those who import it to ask the host's own mapping; a v3 pack can't have both.",
    level="warning",
    scope="pack",
    bump="minor",
)
def mappings_gone(pack: Pack) -> Iterator[Violation]:
    yield from found(pack, "mappings-gone")
