"""Every option of a combo is a text or a number."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-009",
    "combo-options-values",
    title="Every option of a combo is a text or a number.",
    why=(
        "The frontend shows options as text and sends the chosen one back. A list, dict "
        "or null comes back as something else, and the server's comparison never "
        "succeeds."
    ),
    fix="Offer strings and translate them inside the node.",
    level="error",
)
def combo_options_values(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        for option in item["options"] or []:
            if isinstance(option, (list, dict)) or option is None:
                message = f"input {item['id']!r}: option {option!r} is neither text nor number"
                yield Violation(message, node.locate(item["id"]), item["id"])
                break
