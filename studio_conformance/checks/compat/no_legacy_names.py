"""The pack uses no name of the API's prototype."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import touch_location, touches
from studio_conformance.subject import Pack


@check(
    "COMPAT-007",
    "no-legacy-names",
    title="The pack uses today's names of the node API, not its prototype's.",
    why=(
        "Names such as ComfyNodeV3, InputV3 or DEFINE_SCHEMA were renamed before the API was "
        "released. No host that users run has them: the pack fails to import there."
    ),
    fix="Use the name the message gives.",
    level="error",
    scope="pack",
)
def no_legacy_names(pack: Pack) -> Iterator[Violation]:
    for touch in touches(pack, "legacy"):
        today = f"today it is {touch['today']}" if touch["today"] else "nothing has replaced it"
        message = f"{touch['name']} is a name of the API's prototype; {today}"
        yield Violation(message, touch_location(pack, touch), touch["name"])
