"""No input id stands in two of the groups required, optional and hidden."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._parameters import delivered_hidden
from studio_conformance.subject import Node


@check(
    "SCHEMA-001",
    "ids-in-one-group",
    title="No input id stands in two of the groups required, optional and hidden.",
    why=(
        "The method gets one value for each name: one of the two declarations is "
        "ignored, and which one the frontend shows and the server checks need not be "
        "the same. A hidden value replaces what the user entered."
    ),
    fix="Rename one of the two inputs, or leave it in one group.",
    level="error",
    kinds=("v1",),
)
def ids_in_one_group(node: Node) -> Iterator[Violation]:
    groups = dict.fromkeys(delivered_hidden(node), "hidden")
    for item in sorted(node.inputs, key=lambda item: item["group"], reverse=True):
        name, group = item["id"], item["group"]
        if groups.setdefault(name, group) != group:
            message = f"input {name!r} is both {group} and {groups[name]}"
            yield Violation(message, node.locate(name), name)
