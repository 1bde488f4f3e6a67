"""A combo output has a display name."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-014",
    "combo-output-named",
    title="A combo output has a display name.",
    why=(
        "On this host the options themselves are the output's type. Without a display "
        "name they are its name too: users see a socket called ['a', 'b']."
    ),
    fix="Give Combo.Output an id and a display_name.",
    level="warning",
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def combo_output_named(node: Node) -> Iterator[Violation]:
    for item in node.outputs:
        if item["widget"] == "Combo" and not item["has_display_name"]:
            message = f"combo output {item['index']} has no display name"
            name = item["id"] or str(item["index"])
            yield Violation(message, node.locate(name), name)
