"""OUTPUT_IS_LIST says for each output whether it is a list."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._outputs import parallel_to_outputs
from studio_conformance.subject import Node


@check(
    "V1-004",
    "output-is-list-fit",
    title="OUTPUT_IS_LIST is a tuple or list with one boolean for each output.",
    why=(
        "The host cuts the outputs off where OUTPUT_IS_LIST ends, so the last ones never arrive; "
        "a value that is no boolean decides by its truth whether a result is taken apart."
    ),
    fix="Give one True or False for each element of RETURN_TYPES: OUTPUT_IS_LIST = (False, True).",
    level="error",
    kinds=("v1",),
)
def output_is_list_fit(node: Node) -> Iterator[Violation]:
    yield from parallel_to_outputs(node, "OUTPUT_IS_LIST", (bool,), "True or False")
