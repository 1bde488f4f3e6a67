"""The layers hold: one direction of imports, and nothing heavy before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import reference_runtime
import studio_conformance

RUNTIME = Path(reference_runtime.__file__).parent
SUITE = Path(studio_conformance.__file__).parent
HEAVY = ("torch", "hypothesis", "jsonschema", "numpy", "reference_runtime.runtime")


def _imports(file: Path, *, top_only: bool) -> Iterator[str]:
    """Absolute names that a module imports; ``top_only``: while it is being imported itself."""
    tree = ast.parse(file.read_bytes())
    for node in _statements(tree) if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs at import: neither function bodies nor blocks for type checkers."""
    for node in ast.iter_child_nodes(tree):
        yield node
        is_typing = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if not is_typing and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _statements(node)


@pytest.mark.parametrize(
    "file", sorted(RUNTIME.rglob("*.py")), ids=lambda f: str(f.relative_to(RUNTIME))
)
def test_the_runtime_knows_nothing_of_the_suite_nor_of_pytest(file: Path) -> None:
    tops = {name.partition(".")[0] for name in _imports(file, top_only=False)}
    assert not tops & {"studio_conformance", "pytest", "_pytest", "hypothesis"}


@pytest.mark.parametrize(
    "file", sorted(RUNTIME.rglob("*.py")), ids=lambda f: str(f.relative_to(RUNTIME))
)
def test_the_runtime_imports_only_the_standard_library(file: Path) -> None:
    tops = {name.partition(".")[0] for name in _imports(file, top_only=True)}
    assert tops <= {*sys.stdlib_module_names, "reference_runtime", ""}


@pytest.mark.parametrize("module", ["studio_conformance.plugin", "studio_conformance.checks"])
def test_importing_the_plugin_is_light(module: str) -> None:
    code = f"import sys, {module}; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _own_imports(file: Path, package: Path) -> set[str]:
    found = _imports(file, top_only=True)
    return {name for name in found if _file_of(name, package) not in (None, file)}


def _file_of(name: str, package: Path) -> Path | None:
    path = package.parent.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    return path / "__init__.py" if (path / "__init__.py").is_file() else None


@pytest.mark.parametrize("package", [RUNTIME, SUITE], ids=lambda p: p.name)
def test_no_module_imports_itself_in_a_circle(package: Path) -> None:
    graph = {
        file: {_file_of(name, package) for name in _own_imports(file, package)}
        for file in package.rglob("*.py")
    }
    assert _circle(graph) == []


def _circle(graph: dict[Path, set[Path | None]]) -> list[str]:
    """The modules that remain when what imports nothing is taken away again and again."""
    graph = {file: {t for t in targets if t in graph} for file, targets in graph.items()}
    while free := [file for file, targets in graph.items() if not targets]:
        graph = {f: targets - set(free) for f, targets in graph.items() if f not in free}
    return sorted(str(file) for file in graph)
