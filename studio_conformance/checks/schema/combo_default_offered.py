"""A combo's default is one of its options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.checks import Violation, check
from studio_conformance.checks._entries import is_written
from studio_conformance.checks._widgets import is_plain, offers
from studio_conformance.subject import Node


@check(
    "SCHEMA-012",
    "combo-default-offered",
    title="A combo's default is one of its options.",
    why=(
        "The widget starts with a value that can't be chosen: newer hosts refuse the "
        "untouched node, older ones run it with a value that the code does not expect."
    ),
    fix=(
        "Make the default one of the options, or leave it out: then the first option is "
        "the default."
    ),
    level="error",
)
def combo_default_offered(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        options, default = item["options"], item["spec"].get("default")
        if not options or default is None or item["spec"].get("multiselect"):
            continue
        if offers(options, default) or not is_plain(item):
            continue
        # Of a computed list only a part may be here: other machines have other files.
        if _differs_in_kind(default, options) or is_written(node, item["id"]):
            message = f"combo {item['id']!r}: default {default!r} is not among its options"
            yield Violation(message, node.locate(item["id"]), item["id"])


def _differs_in_kind(default: Any, options: list[Any]) -> bool:
    """Whether no option could be the default, whatever else a user's machine offers."""
    return isinstance(default, bool) and not any(isinstance(each, bool) for each in options)
