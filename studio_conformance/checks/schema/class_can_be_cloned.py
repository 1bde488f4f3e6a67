"""A v3 node's class can be cloned for each call."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-021",
    "class-can-be-cloned",
    title="A v3 node's class can be cloned for each call.",
    why=(
        "The host makes two subclasses of the class for every call. __slots__ makes "
        "that fail, and __init_subclass__ runs each time: a registry in it grows for "
        "ever."
    ),
    fix=("Leave __slots__ out and register nodes by hand instead of in __init_subclass__."),
    level="error",
    kinds=("v3",),
)
def class_can_be_cloned(node: Node) -> Iterator[Violation]:
    if node.facts["has_slots"]:
        yield Violation("the class has __slots__", node.locate_attribute("__slots__"), "__slots__")
    owner = node.facts["init_subclass"]
    if owner is not None:
        message = f"{owner} has an __init_subclass__, which runs twice for each call"
        yield Violation(message, node.location, "__init_subclass__")
