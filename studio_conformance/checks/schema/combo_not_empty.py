"""A combo has at least one option."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.description import InputFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._entries import is_written
from studio_conformance.checks._widgets import validates
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
    whole_pack=True,
)
def combo_not_empty(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        # A list that was computed may be empty only here: it may come from files or devices.
        if item["options"] == [] and not _is_filled(node, item) and is_written(node, item["id"]):
            message = f"combo {item['id']!r} has no options"
            yield Violation(message, node.locate(item["id"]), item["id"])


def _is_filled(node: Node, item: InputFacts) -> bool:
    """Whether options may come from elsewhere, and the server takes what is then chosen."""
    if item["spec"].get("remote") or item["spec"].get("remote_combo"):
        return True
    has_frontend_code = node.pack.description["load"]["web_directory"] is not None
    unchecked = node.kind == "v3" and not node.level.v3_combo_checked
    return validates(node, item["id"]) or (unchecked and has_frontend_code)
