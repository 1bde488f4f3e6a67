"""A combo's default is one of its options."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._widgets import depends_on_files
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
        if default not in options and not (isinstance(default, str) and depends_on_files(node)):
            message = f"combo {item['id']!r}: default {default!r} is not among its options"
            yield Violation(message, node.locate(item["id"]), item["id"])
