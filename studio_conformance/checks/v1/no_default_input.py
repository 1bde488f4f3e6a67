"""No input uses the deprecated option defaultInput."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "V1-016",
    "no-default-input",
    title="No input uses the deprecated option defaultInput.",
    why=(
        "Frontends since 2025 give every widget a socket and warn about defaultInput or ignore "
        "it: the input does not appear as the author meant."
    ),
    fix="Delete the option, or use forceInput where there must be a socket and no widget.",
    level="warning",
)
def no_default_input(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if "defaultInput" in item["spec"]:
            message = f"input {item['id']!r} uses defaultInput"
            yield Violation(message, node.locate(item["id"]), item["id"])
