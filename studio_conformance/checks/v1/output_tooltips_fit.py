"""OUTPUT_TOOLTIPS explains each output."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._outputs import parallel_to_outputs
from studio_conformance.subject import Node


@check(
    "V1-005",
    "output-tooltips-fit",
    title="OUTPUT_TOOLTIPS is a tuple or list with one text for each output.",
    why="The user reads the help of another output, single letters, or none.",
    fix="Give one string (or None) for each element of RETURN_TYPES.",
    level="warning",
    kinds=("v1",),
)
def output_tooltips_fit(node: Node) -> Iterator[Violation]:
    yield from parallel_to_outputs(node, "OUTPUT_TOOLTIPS", (str, type(None)), "a string or None")
