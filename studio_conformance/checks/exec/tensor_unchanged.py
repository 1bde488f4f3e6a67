"""A node does not write into the tensors it is given."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._inputs import changed_inputs
from studio_conformance.subject import Node


@check(
    "EXEC-015",
    "tensor-unchanged",
    title="The node does not change the tensors it is given.",
    why=(
        "The host keeps outputs and hands the same tensor to every node that is linked: all "
        "of them, and the next run, get the changed one."
    ),
    fix=(
        "Work on image.clone(), and avoid operations whose names end in _ and assignments to "
        "slices of an input."
    ),
    level="error",
)
def tensor_unchanged(node: Node) -> Iterator[Violation]:
    yield from changed_inputs(node, ("values", "shape", "dtype"))
