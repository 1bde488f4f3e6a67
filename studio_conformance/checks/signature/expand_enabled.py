"""A v3 node that expands says so."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._body import method_body, returned
from studio_conformance.checks._output_forms import is_dict, is_graph, is_node_output, keyword
from studio_conformance.subject import Node


@check(
    "SIGNATURE-018",
    "expand-enabled",
    title="A v3 node that returns an expansion has enable_expand=True in its schema.",
    why="The host raises an exception when a node returns expand without having announced it.",
    fix="Add enable_expand=True to io.Schema(...).",
    level="error",
    kinds=("v3",),
)
def expand_enabled(node: Node) -> Iterator[Violation]:
    if not node.described or node.flag("enable_expand"):
        raise NotApplicable("the schema allows expansion, or there is none")
    function = method_body(node, "execute")
    for value in returned(function):
        form = is_node_output(value) or (is_dict(value) and node.level.dict_return_works)
        if form and is_graph(function, keyword(value, "expand")):
            where = Location(node.locate_method("execute").file, value.lineno)
            yield Violation("returns expand, but enable_expand is not set", where, "expand")
