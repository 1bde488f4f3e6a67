"""Every module of the earlier release can still be imported."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Pack


@check(
    "RELEASE-023",
    "module-removed",
    title="Every module of the earlier release can still be imported.",
    why="Workflows don't notice, but packs and scripts that import from the module break.",
    fix=(
        "Leave a module that imports the names from their new place, or name it with an "
        "underscore first."
    ),
    level="warning",
    scope="pack",
    bump="minor",
)
def module_removed(pack: Pack) -> Iterator[Violation]:
    yield from found(pack, "module-removed")
