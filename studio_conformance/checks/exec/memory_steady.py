"""Running a node again and again does not take more and more memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, each_once, related, returned
from studio_conformance.subject import Node

MIB = 2**20
LEAST = MIB // 2
"""Bytes that three of four runs must add: allocators keep less than that for themselves."""
FEWEST = 6


@check(
    "EXEC-049",
    "memory-steady",
    title="Memory does not grow with each run of the node.",
    why="After an hour of work the host is killed by the system, with all queued prompts.",
    fix=(
        "Look for lists, dicts and caches of the class or the module that each run adds to, "
        "and bound them."
    ),
    level="warning",
)
def memory_steady(node: Node) -> Iterator[Violation]:
    yield from each_once(node, _seen(node))


def _seen(node: Node) -> Iterator[Seen]:
    for record, relation in related(returned(node), "growth"):
        sizes = relation["facts"]["resident"] if relation["facts"] else []
        growth = _growth(sizes[len(sizes) // 3 :])
        if growth is not None:
            yield Seen("memory", f"takes {growth / MIB:.1f} MiB more with each run", record)


def _growth(sizes: list[int]) -> float | None:
    """Bytes that each run adds, if nearly every one adds as much; the first runs warm up."""
    steps = [later - earlier for earlier, later in pairwise(sizes)]
    if len(steps) < FEWEST:
        return None
    usual = sorted(steps)[len(steps) // 4]
    return sum(steps) / len(steps) if usual >= LEAST else None
