"""No input id stands in both required and optional."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-001",
    "ids-in-one-group",
    title="No input id stands in both required and optional.",
    why=(
        "The prompt has one value for each name: one of the two declarations is "
        "ignored, and which one the frontend shows and the server checks need not be "
        "the same."
    ),
    fix="Rename one of the two inputs, or leave it in one group.",
    level="error",
    kinds=("v1",),
)
def ids_in_one_group(node: Node) -> Iterator[Violation]:
    required = {item["id"] for item in node.inputs if item["group"] == "required"}
    for item in node.inputs:
        if item["group"] == "optional" and item["id"] in required:
            message = f"input {item['id']!r} is both required and optional"
            yield Violation(message, node.locate(item["id"]), item["id"])
