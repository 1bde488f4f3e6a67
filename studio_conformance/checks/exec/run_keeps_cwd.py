"""A node leaves the working directory alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-036",
    "run-keeps-cwd",
    title="Running the node does not change the working directory.",
    why=(
        "Every relative path of the host and of all other packs now means another file, until "
        "the host is started again."
    ),
    fix=(
        "Build absolute paths (folder_paths.get_output_directory()); where a library needs "
        "it, change back in a finally."
    ),
    level="error",
)
def run_keeps_cwd(node: Node) -> Iterator[Violation]:
    yield from leftovers(node, "the working directory is another one after the run", "cwd")
