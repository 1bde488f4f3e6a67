"""Every input id is a non-empty string."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-002",
    "input-ids-text",
    title="Every input id is a non-empty string.",
    why=(
        "Inputs reach the method as keyword arguments. A key that is no string becomes "
        "one in JSON, and the server, which still has the other key, reports the input "
        "as missing."
    ),
    fix="Use a string as the key of the input.",
    level="error",
)
def input_ids_text(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if item["id_type"] != "str" or not item["id"].strip():
            message = f"input id {item['id']} is of type {item['id_type']}, not a non-empty string"
            yield Violation(message, node.locate(item["id"]), item["id"])
