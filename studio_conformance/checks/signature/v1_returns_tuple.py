"""A v1 node returns its outputs in a tuple."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._body import method_body, returned
from studio_conformance.checks._output_forms import plain_value
from studio_conformance.subject import Node


@check(
    "SIGNATURE-022",
    "v1-returns-tuple",
    title="A v1 node's method returns a tuple, not a bare value.",
    why=(
        "The host reads outputs by index: the first output of a bare string is its first letter, "
        "and a number ends the run with an error about its length."
    ),
    fix="Return (value,), with the comma.",
    level="error",
    kinds=("v1",),
)
def v1_returns_tuple(node: Node) -> Iterator[Violation]:
    file = node.locate_method("execute").file
    for value in returned(method_body(node, "execute")):
        kind = plain_value(value)
        # Without outputs nobody reads the letters of a string; a number fails all the same.
        if kind is not None and (node.outputs or kind != "string"):
            message = f"returns a bare {kind}, not a tuple"
            yield Violation(message, Location(file, value.lineno), "execute")
