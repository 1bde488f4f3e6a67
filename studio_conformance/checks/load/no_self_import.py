"""The pack imports its own modules by relative names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.subject import Pack


@check(
    "LOAD-027",
    "no-self-import",
    title="The pack imports its own modules by relative names.",
    why=(
        "The host gives the pack a module name made from its path, and the folder that holds the "
        "packs is not on sys.path: an absolute import of the pack's own folder fails, or loads a "
        "second copy of its modules, and breaks when the user's folder has another name."
    ),
    fix="Write `from . import module` or `from .module import name`.",
    level="error",
    scope="pack",
)
def no_self_import(pack: Pack) -> Iterator[Violation]:
    if pack.path.is_file():
        raise NotApplicable("a single file has no modules of its own to import")
    for file in pack.source.mentioning(pack.name, "custom_nodes"):
        for node in pack.source.imports(file):
            for name in _absolute_imports(node):
                if _is_own(pack, name):
                    where = Location(str(file), node.lineno)
                    yield Violation(f"imports its own folder as {name!r}", where, name)


def _absolute_imports(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Dotted names of the modules that an import statement may load by absolute name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.level == 0 and node.module:
        if "." in node.module:
            return [node.module]
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _is_own(pack: Pack, dotted: str) -> bool:
    """Whether the name is ``<folder>.<a module of the pack>``, with or without ``custom_nodes.``.

    A folder that is called like a library it uses has no module of that dotted name.
    """
    parts = dotted.split(".")
    if parts[0] == "custom_nodes":
        return parts[1:2] == [pack.name]
    return len(parts) > 1 and parts[0] == pack.name and _is_module(pack.path / parts[1])


def _is_module(path: Path) -> bool:
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
