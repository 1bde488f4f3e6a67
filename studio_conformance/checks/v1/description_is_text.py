"""DESCRIPTION is a text."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "V1-021",
    "description-is-text",
    title="DESCRIPTION is a string.",
    why="The frontend shows it as the node's help; a tuple or a number breaks that display.",
    fix="Write one string; adjacent literals in parentheses are joined, a comma makes a tuple.",
    level="warning",
    kinds=("v1",),
)
def description_is_text(node: Node) -> Iterator[Violation]:
    facts = node.attribute("DESCRIPTION")
    if facts is None:
        raise NotApplicable("the class has no DESCRIPTION")
    if not isinstance(facts["value"], str) or facts["defects"]:
        message = f"DESCRIPTION is a {facts['type']}, not a string"
        yield Violation(message, node.locate_attribute("DESCRIPTION"), "DESCRIPTION")
