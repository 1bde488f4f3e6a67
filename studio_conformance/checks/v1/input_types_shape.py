"""INPUT_TYPES gives a dict of dicts."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "V1-008",
    "input-types-shape",
    title="INPUT_TYPES returns a dict of groups, each a dict from input name to its type.",
    why="The host can't read the inputs: the node is not shown, or refuses every workflow.",
    fix='Return {"required": {...}, "optional": {...}, "hidden": {...}}; leave out empty groups.',
    level="error",
    kinds=("v1",),
)
def input_types_shape(node: Node) -> Iterator[Violation]:
    form = node.facts["input_types_form"]
    if form is not None:
        message = f"INPUT_TYPES returned a {form['type']}: {str(form['value'])[:200]}"
        yield Violation(message, node.locate_method("INPUT_TYPES"))
