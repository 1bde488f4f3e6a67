"""The node's /object_info entry, read back, says what the schema says."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "V1-019",
    "info-agrees",
    title="The node's /object_info entry, read back from JSON, agrees with its schema.",
    why=(
        "The frontend shows what the entry says and the server judges by the schema: where they "
        "differ, the user builds workflows that the server refuses or runs otherwise."
    ),
    fix=(
        "Make the value plain JSON that does not change when it is written and read: string keys, "
        "no options in extra_dict that overwrite the schema's own, no override of the info methods."
    ),
    level="error",
)
def info_agrees(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    if schema is not None and schema["differences"]:
        raise NotApplicable("no two schemas of the node are equal (see schema-pure)")
    for path in node.facts["info_differs"]:
        yield Violation(f"the entry disagrees with the schema at {path}", node.location, path)
