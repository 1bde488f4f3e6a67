"""The names the pack needs to load are known names of a host."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import touch_location, touches
from studio_conformance.subject import Pack


@check(
    "COMPAT-008",
    "host-names-known",
    title="Loading the pack and its schemas needs only host names that are known to exist.",
    why=(
        "If the target host lacks the name, the import or the schema raises there. The reference "
        "host served a stand-in, so what depends on it was not judged."
    ),
    fix=(
        "Check the name on the target host. If it is right, import it inside the function that "
        "uses it or under try/except, so that a host without it still loads the rest."
    ),
    level="warning",
    scope="pack",
    api_levels=("comfy-0.3.64", "studio-0.3.71"),  # of newer hosts not every name is on record
)
def host_names_known(pack: Pack) -> Iterator[Violation]:
    found = touches(pack, "unknown")
    names = [touch["name"] for touch in found]
    for touch in found:
        name = touch["name"]
        if not any(other.startswith(f"{name}.") for other in names):
            message = f"{name} is no host name that is known"
            yield Violation(message, touch_location(pack, touch), name)
