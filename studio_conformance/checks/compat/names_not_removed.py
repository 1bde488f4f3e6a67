"""The pack uses no name that its target host no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import touch_location, touches
from studio_conformance.subject import Pack


@check(
    "COMPAT-003",
    "names-not-removed",
    title="The pack uses no name that its target host has dropped.",
    why="On the target host the name is gone: the import or the schema raises there.",
    fix="Use what has taken its place (io for comfy_io), or fall back to it where it is missing.",
    level="error",
    scope="pack",
)
def names_not_removed(pack: Pack) -> Iterator[Violation]:
    for touch in touches(pack, "removed"):
        message = f"{touch['name']} was last in {touch['level']}; {pack.level.name} lacks it"
        yield Violation(message, touch_location(pack, touch), touch["name"])
