"""A v3 node expands only where its schema says so."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, each_once, explained_by, returned, runs
from studio_conformance.subject import Node


@check(
    "EXEC-033",
    "expand-allowed",
    title="No run of a v3 node gives an expansion unless its schema has enable_expand.",
    why="The host ends the run with an error, on every input that takes this path.",
    fix="Set enable_expand=True in the Schema.",
    level="error",
    kinds=("v3",),
)
def expand_allowed(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-018")
    found = [*_seen(node)]
    if not found:
        returned(node)
    yield from each_once(node, found)


def _seen(node: Node) -> Iterator[Seen]:
    for record in runs(node):
        failure = record["facts"]["failure"]
        refused = failure is not None and failure["stage"] == "result"
        if refused and failure is not None and "enable_expand" in failure["message"]:
            yield Seen("expand", "gave an expansion that the schema doesn't allow", record)
