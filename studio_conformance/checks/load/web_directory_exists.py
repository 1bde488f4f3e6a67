"""The web directory exists."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-021",
    "web-directory-exists",
    title="The web directory that the pack names exists.",
    why=(
        "The host serves nothing for the pack: its widgets and buttons are missing in the "
        "browser, and nodes that need them can't be used."
    ),
    fix=(
        "Correct WEB_DIRECTORY (or web in the tool section of pyproject.toml) to a folder "
        "relative to the pack, and make sure the release contains it."
    ),
    level="error",
    scope="pack",
)
def web_directory_exists(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "web-missing")
