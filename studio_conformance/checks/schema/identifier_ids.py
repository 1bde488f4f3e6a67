"""Every input id can be the name of a parameter of the method, or the method takes **kwargs."""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._widgets import takes_any_keyword
from studio_conformance.subject import Node


@check(
    "SCHEMA-003",
    "identifier-ids",
    title=(
        "Every input id can be the name of a parameter of the method, or the method takes **kwargs."
    ),
    why=(
        "Inputs reach the method by name. No parameter can be called as the id is, so "
        "each run ends in a TypeError about an unexpected keyword argument."
    ),
    fix=(
        "Use an id of letters, digits and underscores that is no Python keyword (a "
        "display name may be anything), or accept **kwargs."
    ),
    level="error",
)
def identifier_ids(node: Node) -> Iterator[Violation]:
    if takes_any_keyword(node):
        raise NotApplicable("the method takes any keyword")
    for item in node.inputs:
        name = item["id"]
        if item["id_type"] == "str" and name and (not name.isidentifier() or iskeyword(name)):
            message = f"input id {name!r} can't be a parameter, and execute takes no **kwargs"
            yield Violation(message, node.locate(name), name)
