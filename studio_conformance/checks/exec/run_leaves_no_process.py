"""A node leaves no child process running."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-042",
    "run-leaves-no-process",
    title="No child process of the node is still running when it has returned.",
    why=(
        "Each run leaves another process behind; they outlive the host and keep memory, ports "
        "and files."
    ),
    fix="Use subprocess.run, or wait for the process (and end it) in a finally.",
    level="warning",
)
def run_leaves_no_process(node: Node) -> Iterator[Violation]:
    yield from leftovers(
        node, "a child process is still running after the node returned", "process"
    )
