"""The node API of the target accepts every keyword the pack gives."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import touch_location, touches
from studio_conformance.subject import Pack


@check(
    "COMPAT-002",
    "keywords-exist",
    title="The pack gives the node API no keyword that is newer than its target host.",
    why=(
        "On the target host the call raises a TypeError while the schema is made: the node, and "
        "every one after it in the extension, is missing."
    ),
    fix=(
        "Leave the keyword out, give it only where the host has it, or state a newer level: api "
        "in [tool.studio-conformance] of pyproject.toml."
    ),
    level="error",
    scope="pack",
)
def keywords_exist(pack: Pack) -> Iterator[Violation]:
    for touch in touches(pack, "newer"):
        if touch["name"].endswith("=)"):
            message = f"{touch['name']} is new in {touch['level']}; {pack.level.name} refuses it"
            yield Violation(message, touch_location(pack, touch), touch["name"])
