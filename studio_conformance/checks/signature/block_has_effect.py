"""A v3 node blocks in a form that blocks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._body import is_none, method_body, returned
from studio_conformance.checks._output_forms import (
    has_unpacking,
    is_blocker,
    is_node_output,
    keyword,
)
from studio_conformance.subject import Node


@check(
    "SIGNATURE-019",
    "block-has-effect",
    title="A v3 node that blocks what follows does it in a form that blocks.",
    why=(
        "The host forgets the block where there is no value to put it on: what follows runs all "
        "the same, with None for its inputs."
    ),
    fix="Return NodeOutput(ExecutionBlocker(message)), or a value before block_execution=message.",
    level="error",
    kinds=("v3",),
)
def block_has_effect(node: Node) -> Iterator[Violation]:
    if not node.outputs:
        raise NotApplicable("the node has no outputs to block")
    function = method_body(node, "execute")
    file = node.locate_method("execute").file
    for value in returned(function):
        if is_blocker(node, file, value):
            message = "returns a bare ExecutionBlocker, which blocks nothing"
            yield Violation(message, Location(file, value.lineno), "ExecutionBlocker")
        elif _blocks_without_value(value):
            message = "returns block_execution without a value, which blocks nothing"
            yield Violation(message, Location(file, value.lineno), "block_execution")


def _blocks_without_value(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not is_node_output(value) or has_unpacking(value):
        return False
    return not value.args and not is_none(keyword(value, "block_execution"))
