"""No input id is a name that the call itself needs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node

_TAKEN = {"v3": ("cls", "self"), "v1": ("self",)}
"""By kind: names that the host's own call uses up."""


@check(
    "SCHEMA-004",
    "ids-not-reserved",
    title="No input id is a name that the call itself needs.",
    why=(
        "The host passes inputs by name to a method whose first parameter is already "
        "filled: the run ends in a TypeError about multiple values for one argument."
    ),
    fix="Give the input another id.",
    level="error",
)
def ids_not_reserved(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if item["id"] in _TAKEN[node.kind]:
            message = f"input id {item['id']!r} is the method's own first argument"
            yield Violation(message, node.locate(item["id"]), item["id"])
