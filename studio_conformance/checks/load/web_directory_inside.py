"""The web directory lies inside the pack."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-022",
    "web-directory-inside",
    title="The web directory lies inside the pack.",
    why=(
        "The host serves every file below that folder to the browser: outside the pack it "
        "publishes files of the host, of other packs or of the user."
    ),
    fix="Point WEB_DIRECTORY at a folder of the pack, given relative to it.",
    level="error",
    scope="pack",
)
def web_directory_inside(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "web-outside")
