"""Every element of RETURN_TYPES is a type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "V1-002",
    "return-types-elements",
    title="Every element of RETURN_TYPES is a type name or a list of options.",
    why=(
        "The host compares these names when a link is made and checked: an output whose type is "
        "no text can be linked to nothing, or breaks the description of the node."
    ),
    fix='Name the type as a string, such as "IMAGE"; not the Python class, None or a nested tuple.',
    level="error",
    kinds=("v1",),
)
def return_types_elements(node: Node) -> Iterator[Violation]:
    facts = node.attribute("RETURN_TYPES")
    if facts is None or not isinstance(facts["value"], list):
        raise NotApplicable("RETURN_TYPES is no sequence (see return-types-sequence)")
    types = {d["path"][0]: d["type"] for d in facts["defects"] if len(d["path"]) == 1}
    for index, value in enumerate(facts["value"]):
        kind = types.get(index, type(value).__name__)
        if kind.startswith("reference_runtime."):
            continue  # a stand-in of ours, in place of what a full host has there
        if index in types or not _is_type(value):
            message = f"RETURN_TYPES[{index}] is {value!r} ({kind}), not the name of a type"
            yield Violation(
                message, node.locate_attribute("RETURN_TYPES"), f"RETURN_TYPES[{index}]"
            )


def _is_type(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and value != "")
