"""The node API of the target has every name the pack uses."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import touch_location, touches
from studio_conformance.subject import Pack


@check(
    "COMPAT-001",
    "names-exist",
    title="The pack uses no name of the node API that is newer than its target host.",
    why=(
        "On the target host the name is not there: the import or the schema raises, and the pack, "
        "or every node from that one on, is missing."
    ),
    fix=(
        "Do without the name, guard it with hasattr or try/except and offer something simpler, or "
        "state a newer level: api in [tool.studio-conformance] of pyproject.toml."
    ),
    level="error",
    scope="pack",
)
def names_exist(pack: Pack) -> Iterator[Violation]:
    for touch in touches(pack, "newer"):
        if not touch["name"].endswith("=)"):
            message = f"{touch['name']} is new in {touch['level']}; {pack.level.name} lacks it"
            yield Violation(message, touch_location(pack, touch), touch["name"])
