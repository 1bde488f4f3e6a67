"""RETURN_NAMES names each output."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._outputs import parallel_to_outputs
from studio_conformance.subject import Node


@check(
    "V1-003",
    "return-names-fit",
    title="RETURN_NAMES is a tuple or list with one name for each output.",
    why=(
        "Outputs are shown under the wrong name or none: a string in place of a tuple gives each "
        "output one letter of it, a missing comma joins two names and shifts those that follow."
    ),
    fix='Give one string for each element of RETURN_TYPES: RETURN_NAMES = ("image",).',
    level="error",
    kinds=("v1",),
)
def return_names_fit(node: Node) -> Iterator[Violation]:
    yield from parallel_to_outputs(node, "RETURN_NAMES", (str,), "a string")
