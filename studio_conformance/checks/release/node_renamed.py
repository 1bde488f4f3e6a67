"""Every node keeps its id."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Pack


@check(
    "RELEASE-002",
    "node-renamed",
    title="Every node keeps its id.",
    why=(
        "Workflows name nodes by id: to a user a renamed node is a missing one, though the "
        "pack still has it."
    ),
    fix="Keep the old id and change the display name only, or register a replacement rule.",
    level="error",
    scope="pack",
    bump="major",
)
def node_renamed(pack: Pack) -> Iterator[Violation]:
    yield from found(pack, "node-renamed")
