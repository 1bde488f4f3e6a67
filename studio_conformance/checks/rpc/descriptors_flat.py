"""Each run of the node closes the descriptors it opened."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once, explained_by
from studio_conformance.subject import Node


@check(
    "RPC-010",
    "descriptors-flat",
    title="Each run of the node closes the descriptors it opened.",
    why=(
        "A process may have about a thousand open at a time: then nothing opens any more, "
        "neither models nor images nor connections."
    ),
    fix=(
        "Open files, sockets, pipes and shared memory in a with statement, or close them in a "
        "finally."
    ),
    level="error",
)
def descriptors_flat(node: Node) -> Iterator[Violation]:
    explained_by(node, "EXEC-045")
    yield from each_once(node, lost(node, "flat", "descriptors", saying="add up: "))
