"""A node closes the files it opened."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node

LIBRARIES = ("/site-packages/", "/dist-packages/", "/usr/", "/lib/python")
"""Parts of paths of files that libraries keep open for themselves."""


@check(
    "EXEC-045",
    "run-closes-files",
    title="Every file that the node opened is closed when it has returned.",
    why=(
        "A long session runs out of file handles, and on Windows the user can neither move "
        "nor delete the file."
    ),
    fix="Open files in a with block.",
    level="warning",
)
def run_closes_files(node: Node) -> Iterator[Violation]:
    yield from leftovers(
        node,
        "a file is still open after the node returned",
        "open-file",
        wanted=lambda record, change: not any(part in change["detail"] for part in LIBRARIES),
    )
