"""A v3 node has a display name."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-024",
    "display-name-given",
    title="A v3 node has a display name.",
    why="Its display_name is null in /object_info: clients show the id, or nothing.",
    fix="Give display_name in the schema.",
    level="warning",
    kinds=("v3",),
)
def display_name_given(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    if schema is not None and not schema["fields"].get("display_name"):
        message = "the schema has no display_name"
        yield Violation(message, node.locate_method("define_schema"), "display_name")
