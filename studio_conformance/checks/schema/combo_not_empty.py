"""A combo has at least one option."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._widgets import depends_on_files
from studio_conformance.subject import Node


@check(
    "SCHEMA-011",
    "combo-not-empty",
    title="A combo has at least one option.",
    why=(
        "There is nothing to choose and no value that the server accepts: the node can "
        "never be queued."
    ),
    fix="Offer an option, such as 'none', or leave the input out.",
    level="error",
)
def combo_not_empty(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if item["options"] == [] and not item["spec"].get("remote"):
            if depends_on_files(node):
                raise NotApplicable("options that come from files are not known here")
            message = f"combo {item['id']!r} has no options"
            yield Violation(message, node.locate(item["id"]), item["id"])
