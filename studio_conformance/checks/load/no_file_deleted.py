"""Importing the pack deletes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-033",
    "no-file-deleted",
    title="Importing the pack deletes or moves no file.",
    why=(
        "A file of the user, of another pack or of the host is gone because the host was "
        "started; there is no question and no way back."
    ),
    fix=(
        "Delete only temporary files that this process made, and do it in the node that made them."
    ),
    level="warning",
    scope="pack",
)
def no_file_deleted(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "file deleted or moved at import", "delete")
