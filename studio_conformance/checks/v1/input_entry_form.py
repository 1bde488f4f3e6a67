"""Each input is given as (type,) or (type, options)."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import has_further_elements
from studio_conformance.subject import Node


@check(
    "V1-010",
    "input-entry-form",
    title="Each input of INPUT_TYPES is given as (type,) or (type, dict of options).",
    why=(
        "The frontend takes the first element for the type and the second for the options. A bare "
        "string is read letter by letter, a second element that is no dict breaks the page: in "
        "the worst case no node of any pack is shown."
    ),
    fix='Write "name": ("TYPE",) or "name": ("TYPE", {"default": ...}), with the comma.',
    level="error",
    kinds=("v1",),
)
def input_entry_form(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        problem = item["entry_problem"]
        if problem is not None and not has_further_elements(problem):
            message = f"input {item['id']!r}: {problem}"
            yield Violation(message, node.locate(item["id"]), item["id"])
