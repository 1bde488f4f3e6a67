"""Importing the pack writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-032",
    "no-file-written",
    title="Importing the pack creates or changes no file.",
    why=(
        "Files appear in the user's or the host's folders because the host was started; the "
        "import fails on read-only installations, and files copied into the host outlive the "
        "pack."
    ),
    fix=(
        "Ship files with the pack and serve web files through WEB_DIRECTORY. Write settings "
        "and caches when a node needs them, below folder_paths.get_user_directory() or the "
        "temp folder."
    ),
    level="warning",
    scope="pack",
)
def no_file_written(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "file written at import", "write")
