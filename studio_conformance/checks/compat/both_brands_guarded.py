"""A pack that offers both entry points can be imported on both hosts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._evidence import require_import
from studio_conformance.subject import Pack

PACKAGES = ("", "_api", "_execution", "_extras", "_api_nodes", "_config")


@check(
    "COMPAT-011",
    "both-brands-guarded",
    title="A pack with both entry points imports either brand's modules under a guard.",
    why=(
        "The second entry point promises the other host, but the import of a module that only one "
        "host has fails there before any entry point is called."
    ),
    fix=(
        "Import in one module: try: from studio_api.latest import io; except ImportError: from "
        "comfy_api.latest import io. Everything else imports from that module."
    ),
    level="warning",
    scope="pack",
)
def both_brands_guarded(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    if len(pack.description["load"]["entry_names"]) < 2:
        raise NotApplicable("the pack does not offer both entry points")
    own = {pack.level.brand + suffix for suffix in PACKAGES}
    for file in pack.source.files():
        tree = pack.source.tree(file)
        for statement in tree.body if tree else ():
            for name in _imported(statement):
                if name.partition(".")[0] in own:
                    where = Location(str(file), statement.lineno)
                    message = f"{name} is imported without a guard; only {pack.level.brand} has it"
                    yield Violation(message, where, name)


def _imported(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom) and statement.level == 0:
        return [statement.module or ""]
    return []
