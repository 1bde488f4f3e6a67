"""No node id occurs twice in the pack."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._evidence import from_problems, repeated_keys, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-024",
    "unique-node-ids",
    title="No two nodes of the pack have the same id.",
    why=(
        "The last one registered wins without a word; the other node does not exist, and "
        "workflows that meant it run the wrong code."
    ),
    fix=(
        "Give each node class an id of its own. Keep the old id on the node that released "
        "workflows use."
    ),
    level="error",
    scope="pack",
)
def unique_node_ids(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "duplicate-id")
    for file in pack.source.mentioning("NODE_CLASS_MAPPINGS"):
        for statement in pack.source.statements(file, ast.Assign):
            for name, line in _repeated_ids(statement):
                message = f"NODE_CLASS_MAPPINGS is given the key {name!r} twice in one dict"
                yield Violation(message, Location(str(file), line), name)


def _repeated_ids(statement: ast.Assign) -> Iterator[tuple[str, int]]:
    """Repeated keys of a dict that is written down for NODE_CLASS_MAPPINGS."""
    named = any(
        isinstance(t, ast.Name) and t.id == "NODE_CLASS_MAPPINGS" for t in statement.targets
    )
    if named and isinstance(statement.value, ast.Dict):
        yield from repeated_keys(statement.value)
