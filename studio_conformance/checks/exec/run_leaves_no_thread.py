"""A node leaves no thread running."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node

LIBRARIES_OWN = ("tqdm_monitor",)
"""Threads that a library keeps, one for the whole process."""


@check(
    "EXEC-041",
    "run-leaves-no-thread",
    title="No thread of the node is still running when it has returned.",
    why=(
        "Each run adds one. Threads that work on keep memory and processor busy for good, and "
        "what they do can be neither seen nor stopped by the user."
    ),
    fix="Join the thread before returning, or use an executor in a with block.",
    level="warning",
)
def run_leaves_no_thread(node: Node) -> Iterator[Violation]:
    yield from leftovers(
        node,
        "a thread is still running after the node returned",
        "thread",
        wanted=lambda record, change: change["detail"] not in LIBRARIES_OWN,
    )
