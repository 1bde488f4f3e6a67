"""A node does not change the dicts, lists and objects it is given."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._inputs import changed_inputs
from studio_conformance.subject import Node


@check(
    "EXEC-016",
    "container-unchanged",
    title="The node does not change the dicts, lists and objects it is given.",
    why=(
        "The host keeps outputs and hands the same object to every node that is linked: all "
        "of them, and the next run, get the changed one."
    ),
    fix="Work on a copy: latent = latent.copy(), items = list(items), model = model.clone().",
    level="error",
)
def container_unchanged(node: Node) -> Iterator[Violation]:
    yield from changed_inputs(node, ("keys", "length", "replaced", "attributes"))
