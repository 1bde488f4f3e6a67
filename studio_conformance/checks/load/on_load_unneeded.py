"""Nothing the nodes need is done in on_load where the host never calls it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._evidence import require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-026",
    "on-load-unneeded",
    title="The extension does no work in on_load, which hosts up to 0.3.71 never call.",
    why=(
        "What on_load should have prepared (registered folders, routes, loaded tables) is missing "
        "on these hosts, and nothing says so."
    ),
    fix=(
        "Do the work in the entry function, or at the start of get_node_list: every host calls "
        "both, once."
    ),
    level="warning",
    scope="pack",
)
def on_load_unneeded(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    if pack.level.on_load_called:
        raise NotApplicable(f"{pack.level.name} calls on_load")
    facts = pack.description["load"]
    if not facts["on_load_overridden"]:
        return
    file, line = facts["on_load_location"] or (None, None)
    where = pack.at(file, line)
    if not _does_nothing(pack.source.definition(where.file, where.line)):
        yield Violation(f"on_load is overridden, but {pack.level.name} never calls it", where)


def _does_nothing(definition: ast.AST | None) -> bool:
    """Whether the body is a docstring, ``pass`` or ``...`` only."""
    body = getattr(definition, "body", [definition])
    return bool(body) and all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in body
    )
