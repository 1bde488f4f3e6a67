"""Running a node comes to an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import NotReached, Violation, check
from studio_conformance.checks._runs import Seen, all_facts, each_once, runs
from studio_conformance.subject import Node

COMPILING = ("import numba", "from numba")
LARGE = 4
"""Times the default from which on a number is large."""


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
    hung = [
        Seen("process", facts["reason"] or "the run did not end", record)
        for record in runs(node)
        for facts in all_facts(record)
        if facts["outcome"] == "hung" and not _is_large(node, record)
    ]
    if hung and node.pack.source.mentioning(*COMPILING):
        raise NotReached(f"{hung[0].text}; numba, which the pack uses, may still be compiling")
    yield from each_once(node, hung)


def _is_large(node: Node, record: CaseRecord) -> bool:
    """Whether a number is far above its default: then the run may just take long."""
    for item in node.inputs:
        if item["io_type"] in ("INT", "FLOAT") and "seed" not in item["id"]:
            recipe = record["case"]["inputs"].get(item["id"])
            value = recipe.get("value") if isinstance(recipe, dict) else None
            if _size(value) > LARGE * max(_size(item["spec"].get("default")), 1):
                return True
    return False


def _size(value: Any) -> float:
    return abs(value) if isinstance(value, (int, float)) else 0
