"""A v3 node returns what the host takes for outputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._body import method_body, returned
from studio_conformance.checks._output_forms import plain_value
from studio_conformance.subject import Node


@check(
    "SIGNATURE-021",
    "v3-return-form",
    title="A v3 node's execute returns a NodeOutput or a tuple, not a bare value.",
    why="The host raises an exception about the return type for a bare value or a list.",
    fix="Return io.NodeOutput(value).",
    level="error",
    kinds=("v3",),
)
def v3_return_form(node: Node) -> Iterator[Violation]:
    file = node.locate_method("execute").file
    for value in returned(method_body(node, "execute")):
        listed = isinstance(value, (ast.List, ast.ListComp, ast.Set, ast.SetComp))
        kind = "list or set" if listed else plain_value(value)
        if kind is not None:
            yield Violation(f"returns a bare {kind}", Location(file, value.lineno), "execute")
