"""A node returns as many values as it has outputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._body import method_body, returned
from studio_conformance.checks._output_forms import has_unpacking, is_node_output, keyword
from studio_conformance.subject import Node


@check(
    "SIGNATURE-023",
    "return-count",
    title="A node returns as many values as it declares outputs.",
    why=(
        "Values beyond the declared outputs are dropped. Where a value is missing, what follows "
        "gets None or the run fails."
    ),
    fix="Return one value for each output, or declare the outputs that are returned.",
    level="error",
)
def return_count(node: Node) -> Iterator[Violation]:
    declared = _declared(node)
    file = node.locate_method("execute").file
    counts = [(_count(node, value), value) for value in returned(method_body(node, "execute"))]
    wrong = [(count, value) for count, value in counts if count not in (None, declared)]
    if _inherited(node) and 0 < len(wrong) < len(counts):
        raise NotApplicable("the method serves other classes too")
    for count, value in wrong:
        values = "1 value" if count == 1 else f"{count} values"
        message = f"returns {values}; declared outputs: {declared}"
        yield Violation(message, Location(file, value.lineno), "outputs")


def _declared(node: Node) -> int:
    """Number of outputs. Raises NotApplicable when none is declared or the list may be no list."""
    types = node.attribute("RETURN_TYPES")
    plain = types is not None and types["type"] in ("list", "tuple")
    if not node.described or not node.outputs or (node.kind == "v1" and not plain):
        raise NotApplicable("the node declares no plain list of outputs")
    return len(node.outputs)


def _inherited(node: Node) -> bool:
    method = node.method("execute")
    return method is not None and method["defined_in"] != node.facts["class_name"]


def _count(node: Node, value: ast.expr) -> int | None:
    """How many values it certainly gives; None when that can't be known, or there are none."""
    if node.kind == "v1" and isinstance(value, ast.Dict):
        return _count_result(value)
    if has_unpacking(value):
        return None
    if isinstance(value, ast.Tuple):
        return len(value.elts) or None
    if node.kind == "v3" and isinstance(value, ast.Call) and is_node_output(value):
        special = keyword(value, "expand") or keyword(value, "block_execution")
        return None if special else len(value.args) or None
    return None


def _count_result(value: ast.Dict) -> int | None:
    """The same for the dict form of v1 nodes, which has the values under ``result``."""
    result = keyword(value, "result")
    if has_unpacking(value) or keyword(value, "expand") or not isinstance(result, ast.Tuple):
        return None
    return None if has_unpacking(result) else len(result.elts) or None
