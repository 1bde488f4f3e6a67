"""No dynamic input is used in the form that this host has broken."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node

_BROKEN = ("AutogrowDynamic", "ComboDynamic", "MatchType")


@check(
    "SCHEMA-015",
    "dynamic-inputs-work",
    title="No dynamic input is used in the form that this host has broken.",
    why=(
        "On this host AutogrowDynamic and MatchType exist but their types are joined "
        "wrongly and the engine does not know them: links are refused or the schema "
        "raises."
    ),
    fix=(
        "Declare the inputs one by one, or state api level comfy-latest and use "
        "Autogrow and the new MatchType."
    ),
    level="error",
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def dynamic_inputs_work(node: Node) -> Iterator[Violation]:
    for item in [*node.inputs, *node.outputs]:
        if item["widget"] in _BROKEN:
            host = node.level.name
            message = f"{item['id']!r} is {item['widget']}, which does not work on {host}"
            yield Violation(message, node.locate(item["id"] or ""), item["id"])
