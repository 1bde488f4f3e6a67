"""FUNCTION names a method of the class."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "V1-006",
    "function-exists",
    title="FUNCTION is the name of a method of the class.",
    why=(
        "The node looks sound in the interface and fails with an AttributeError as soon as a "
        "workflow reaches it."
    ),
    fix='Write FUNCTION = "name" with the exact name of the method that does the work.',
    level="error",
    kinds=("v1",),
)
def function_exists(node: Node) -> Iterator[Violation]:
    facts = node.attribute("FUNCTION")
    if facts is None:
        yield Violation("FUNCTION is missing", node.location, "FUNCTION")
    elif not isinstance(facts["value"], str) or facts["defects"]:
        message = f"FUNCTION is {facts['value']!r} ({facts['type']}), not the name of a method"
        yield Violation(message, node.locate_attribute("FUNCTION"), "FUNCTION")
    elif node.method("execute") is None:
        message = f"FUNCTION is {facts['value']!r}, but the class has no such method"
        yield Violation(message, node.locate_attribute("FUNCTION"), "FUNCTION")
