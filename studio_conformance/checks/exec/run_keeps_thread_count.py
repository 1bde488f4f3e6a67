"""A node leaves torch's number of threads alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-046",
    "run-keeps-thread-count",
    title="Running the node leaves torch's number of threads as it was.",
    why=(
        "The setting holds for the whole host: every node that runs afterwards is slower, and "
        "nobody knows why."
    ),
    fix="Leave the number of threads to the host, or set it back in a finally.",
    level="warning",
)
def run_keeps_thread_count(node: Node) -> Iterator[Violation]:
    yield from leftovers(
        node, "the number of threads is another one after the run", "threads-setting"
    )
