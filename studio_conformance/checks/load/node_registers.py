"""The host gets a schema from the node's class and can register it."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._evidence import needs_real_host
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
    asked = "INPUT_TYPES" if node.kind == "v1" else "GET_SCHEMA"
    message = f"{asked} raised {failure['type']}: {failure['message']}"
    where = node.location
    if failure["file"] is not None:
        where = node.pack.at(failure["file"], failure["line"])
    yield Violation(message + _lost(node), where)


def _lost(node: Node) -> str:
    """What the host loses besides this node, if it is the first of the list that failed."""
    if node.facts["route"] != "v3" or _failed(node)[:1] != [node.key]:
        return ""
    lost = [p["node"] or "?" for p in node.pack.problems("dropped-after-failure")]
    return f"; the host then drops {', '.join(lost)} as well" if lost else ""


def _failed(node: Node) -> list[str]:
    return [other.key for other in node.pack.nodes if not other.described]
