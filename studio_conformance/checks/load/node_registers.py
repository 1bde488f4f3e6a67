"""The host gets a schema from the node's class and can register it."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._evidence import needs_real_host
from studio_conformance.checks._ids import ids_on_both_sides, lost_with, repeated_ids
from studio_conformance.subject import Node


@check(
    "LOAD-023",
    "node-registers",
    title="The node's class gives its schema without an error.",
    why=(
        "The host does not show a node whose define_schema or INPUT_TYPES raises. In an extension "
        "it also drops every node that comes after it in the list, however sound."
    ),
    fix="Mend the error at the named line; the traceback shows the way there.",
    level="error",
)
def node_registers(node: Node) -> Iterator[Violation]:
    failure = node.facts["failure"]
    if failure is None:
        return
    if needs_real_host(failure):
        raise NotApplicable(f"the schema can't be made here: {failure['message']}")
    if repeated_ids(node) or ids_on_both_sides(node):
        raise NotApplicable("the host refuses the schema's ids (see ids-unique, ids-not-shared)")
    asked = "INPUT_TYPES" if node.kind == "v1" else "GET_SCHEMA"
    message = f"{asked} raised {failure['type']}: {failure['message']}"
    where = node.location
    if failure["file"] is not None:
        where = node.pack.at(failure["file"], failure["line"])
    yield Violation(message + lost_with(node), where)
