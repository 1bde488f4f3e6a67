"""The pack imports no internals of the host's engine or node API."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._evidence import require_guest
from studio_conformance.subject import Pack

APIS = ("comfy_api", "studio_api")
ENGINE = ("comfy_execution", "studio_execution")
INNER = ("caching", "validation", "progress", "jobs")


@check(
    "COMPAT-010",
    "no-engine-internals",
    title="The pack imports nothing of the host's engine but what is meant for packs.",
    why=(
        "Modules such as execution, comfy_execution.caching or comfy_api.internal change without "
        "notice from one host version to the next, and the pack stops loading."
    ),
    fix=(
        "Use the public names: io, ui and the other names of *_api.latest, GraphBuilder and "
        "ExecutionBlocker of *_execution.graph_utils, PromptServer.instance."
    ),
    level="warning",
    scope="pack",
)
def no_engine_internals(pack: Pack) -> Iterator[Violation]:
    require_guest(pack)
    seen: set[str] = set()
    for file in pack.source.mentioning("execution", "_api"):
        for node in pack.source.imports(file):
            for name in _modules(node):
                if is_internal(name) and name not in seen:
                    seen.add(name)
                    where = Location(str(file), node.lineno)
                    yield Violation(f"imports {name}, an internal of the host", where, name)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Modules that an absolute import names; private names taken from one count as modules."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.level == 0 and node.module:
        private = [f"{node.module}.{a.name}" for a in node.names if a.name.startswith("_")]
        return [node.module, *private]
    return []


def is_internal(module: str) -> bool:
    """Whether the dotted name is a module of the host that is not made for packs."""
    top, *rest = module.split(".")
    if top in APIS:
        return rest[:1] == ["internal"] or any(part.startswith("_") for part in rest)
    if top in ENGINE:
        return rest[:1] != [] and rest[0] in INNER
    return module == "execution"
