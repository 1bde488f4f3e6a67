"""A v3 node returns no dict where the host can't read one."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._body import method_body, returned
from studio_conformance.checks._output_forms import is_dict
from studio_conformance.subject import Node


@check(
    "SIGNATURE-020",
    "no-dict-return",
    title="A v3 node's execute returns no dict.",
    why=(
        "This host tries to turn the dict into a NodeOutput and fails with a TypeError in its own "
        "code, on every run."
    ),
    fix="Return NodeOutput(value, ui=...) instead of a dict with result and ui.",
    level="error",
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def no_dict_return(node: Node) -> Iterator[Violation]:
    file = node.locate_method("execute").file
    for value in returned(method_body(node, "execute")):
        if is_dict(value):
            yield Violation("returns a dict", Location(file, value.lineno), "execute")
