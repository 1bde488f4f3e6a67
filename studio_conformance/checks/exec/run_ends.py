"""Running a node comes to an end."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, all_facts, each_once, runs
from studio_conformance.subject import Node


@check(
    "EXEC-048",
    "run-ends",
    title="Every run of the node comes to an end.",
    why=(
        "The host runs one prompt at a time: the queue stands still, and interrupting does "
        "not help."
    ),
    fix="Give loops an end that input can't take away, and waiting a timeout.",
    level="error",
)
def run_ends(node: Node) -> Iterator[Violation]:
    yield from each_once(
        node,
        (
            Seen("process", facts["reason"] or "the run did not end", record)
            for record in runs(node)
            for facts in all_facts(record)
            if facts["outcome"] == "hung"
        ),
    )
