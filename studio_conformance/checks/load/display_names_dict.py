"""NODE_DISPLAY_NAME_MAPPINGS is a dict."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_mapping
from studio_conformance.subject import Pack


@check(
    "LOAD-020",
    "display-names-dict",
    title="NODE_DISPLAY_NAME_MAPPINGS is a dict.",
    why=(
        "The host merges it into its own table after the nodes; anything else raises, and the "
        "host reports the pack as failed."
    ),
    fix="Make it a dict from node id to the name shown to the user.",
    level="error",
    scope="pack",
)
def display_names_dict(pack: Pack) -> Iterator[Violation]:
    require_mapping(pack)
    yield from from_problems(pack, "display-not-dict")
