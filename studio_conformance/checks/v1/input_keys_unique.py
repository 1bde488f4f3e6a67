"""No dict that INPUT_TYPES writes down has the same key twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._evidence import repeated_keys
from studio_conformance.source import Function, own_nodes
from studio_conformance.subject import Node


@check(
    "V1-011",
    "input-keys-unique",
    title="INPUT_TYPES writes no key of a dict twice.",
    why=(
        "Python keeps the last entry and forgets the first without a word: an input, or a whole "
        "group of inputs, does not exist."
    ),
    fix="Merge the two entries, or give the second its own name.",
    level="error",
    kinds=("v1",),
)
def input_keys_unique(node: Node) -> Iterator[Violation]:
    method = node.method("INPUT_TYPES")
    if method is None or method["file"] is None or method["line"] is None:
        raise NotApplicable("the source of INPUT_TYPES can't be found")
    definition = node.pack.source.definition(method["file"], method["line"])
    if not isinstance(definition, Function):
        raise NotApplicable("the source of INPUT_TYPES can't be found")
    for child in own_nodes(definition, ast.Dict):
        for name, line in repeated_keys(child):
            where = Location(method["file"], line)
            yield Violation(f"the key {name!r} stands twice in one dict", where, name)
