"""RETURN_TYPES is a tuple or list."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "V1-001",
    "return-types-sequence",
    title="RETURN_TYPES is a tuple or list with one type for each output.",
    why=(
        'A bare string is taken apart: "IMAGE" becomes five outputs called I, M, A, G, E. Without '
        "RETURN_TYPES the host can't describe the node and does not show it."
    ),
    fix='Write RETURN_TYPES = ("IMAGE",), with the comma; () for a node without outputs.',
    level="error",
    kinds=("v1",),
)
def return_types_sequence(node: Node) -> Iterator[Violation]:
    facts = node.attribute("RETURN_TYPES")
    if facts is None:
        yield Violation("RETURN_TYPES is missing", node.location, "RETURN_TYPES")
    elif not isinstance(facts["value"], list):
        message = f"RETURN_TYPES is a {facts['type']} ({facts['value']!r}), not a tuple or list"
        yield Violation(message, node.locate_attribute("RETURN_TYPES"), "RETURN_TYPES")
