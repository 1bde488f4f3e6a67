"""No MultiCombo is used where the host can't queue one."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-013",
    "multicombo-usable",
    title="No MultiCombo is used where the host can't queue one.",
    why=(
        "The frontend sends a list, and the server of this level takes any list for a "
        "link: the prompt is refused, or connected to a node that was never meant."
    ),
    fix=("Offer a STRING with separators or several BOOLEAN inputs, or state a newer api level."),
    level="error",
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def multicombo_usable(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if item["widget"] == "MultiCombo":
            message = f"input {item['id']!r} is a MultiCombo, which {node.level.name} can't queue"
            yield Violation(message, node.locate(item["id"]), item["id"])
