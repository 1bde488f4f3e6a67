"""No input's entry has more than a type and its options."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import has_further_elements
from studio_conformance.subject import Node


@check(
    "V1-022",
    "input-entry-pair",
    title="No input of INPUT_TYPES is given as more than a type and a dict of options.",
    why=(
        "The host and the frontend read the first two elements. What comes after them, often a "
        "help text or a second dict of options, reaches nobody."
    ),
    fix='Move what comes third into the dict of options: {"default": ..., "tooltip": "..."}.',
    level="warning",
    kinds=("v1",),
)
def input_entry_pair(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        problem = item["entry_problem"]
        if problem is not None and has_further_elements(problem):
            yield Violation(f"input {item['id']!r}: {problem}", node.locate(item["id"]), item["id"])
