"""No text makes the node write into the folder of its pack."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-015",
    "code-folders-unchanged",
    title="No text makes the node write into the folder of its pack.",
    why=(
        "The pack's own files are code: what is written beside them may be imported at the "
        "next start, and updates fail."
    ),
    fix=(
        "Write below folder_paths.get_output_directory(), get_temp_directory() or "
        "get_user_directory()."
    ),
    level="warning",
)
def code_folders_unchanged(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "own-folder", "writes into the pack's own folder")
