"""A pack's source as syntax trees: where a name stands, and static questions about methods."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any, TypeVar, get_args
from weakref import WeakKeyDictionary

from reference_runtime.reading import parse_source, read_regular

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
SCOPES = get_args(Definition)
N = TypeVar("N", bound=ast.stmt)
K = TypeVar("K", bound=ast.AST)


class SourceIndex:
    """Reads and parses the pack's files on demand, each once.

    A file that can't be read or parsed has no tree; every question about it answers "not found".
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._trees: dict[str, ast.Module | None] = {}
        self._statements: dict[str, dict[type[ast.AST], list[Any]]] = {}
        self._definitions: dict[str, dict[int, Definition]] = {}

    def files(self) -> list[Path]:
        """The pack's Python files, sorted; hidden folders, caches and test folders left out."""
        if self.root.is_file():
            return [self.root]
        skipped = {"__pycache__", "node_modules", "tests", "test", "site-packages"}
        return sorted(
            path
            for path in self.root.rglob("*.py")
            if not any(p in skipped or p.startswith(".") for p in path.relative_to(self.root).parts)
        )

    def mentioning(self, *words: str) -> list[Path]:
        """The pack's files whose text holds one of ``words``: the others need no parsing."""
        wanted = [word.encode() for word in words]
        return [file for file in self.files() if _holds(file, wanted)]

    def tree(self, file: str | Path) -> ast.Module | None:
        """The file's syntax tree, or None when it can't be parsed."""
        name = str(file)
        if name not in self._trees:
            # Python's warnings about the pack's literals are not the reader's business here.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._trees[name] = parse_source(name)
        return self._trees[name]

    def statements(self, file: str | Path, kind: type[N]) -> list[N]:
        """The file's statements of exactly this kind, at any depth; one walk serves all kinds."""
        name = str(file)
        if name not in self._statements:
            found: dict[type[ast.AST], list[Any]] = {}
            tree = self.tree(name)
            for node in _statements_in(tree.body) if tree else ():
                found.setdefault(type(node), []).append(node)
            self._statements[name] = found
        return self._statements[name].get(kind, [])

    def prefetch(self, enough: Event) -> None:
        """Read the pack's files until ``enough`` is set, while a worker is waited for."""
        files = self.files()
        for file in files:
            if enough.is_set():
                return
            self.definition(str(file), 0)
        for method in (m for file in files for m in self._methods(file)):
            if enough.is_set():
                return
            own_nodes(method, ast.AST)

    def _methods(self, file: Path) -> Iterator[Function]:
        for holder in self.statements(file, ast.ClassDef):
            yield from (each for each in holder.body if isinstance(each, Function))

    def imports(self, file: str | Path) -> list[ast.Import | ast.ImportFrom]:
        """The file's import statements, at any depth, by line."""
        found: list[ast.Import | ast.ImportFrom] = [*self.statements(file, ast.Import)]
        found += self.statements(file, ast.ImportFrom)
        return sorted(found, key=lambda node: node.lineno)

    def definition(self, file: str, line: int) -> Definition | None:
        """The function or class whose ``def`` / ``class`` line, or first decorator, is ``line``."""
        if file not in self._definitions:
            self._definitions[file] = dict(self._index(file))
        return self._definitions[file].get(line)

    def _index(self, file: str) -> Iterator[tuple[int, Definition]]:
        for kind in SCOPES:
            for node in self.statements(file, kind):
                yield node.lineno, node
                for decorator in node.decorator_list:
                    yield decorator.lineno, node

    def around(self, file: str, definition: Definition) -> tuple[ast.AST, ...]:
        """The module and the definitions around ``definition``, outermost first, itself last."""
        tree = self.tree(file)
        return () if tree is None else tuple(_path_to(tree, definition)) or (tree, definition)

    def find_string(self, file: str, line: int, text: str) -> int | None:
        """Line of the first string constant equal to ``text`` inside the definition at ``line``."""
        node = self.definition(file, line)
        found = [
            child.lineno
            for child in (ast.walk(node) if node else ())
            if isinstance(child, ast.Constant) and child.value == text
        ]
        return min(found, default=None)

    def find_assignment(self, file: str, line: int, name: str) -> int | None:
        """Line where the class at ``line`` assigns the attribute ``name`` in its body."""
        node = self.definition(file, line)
        for statement in node.body if isinstance(node, ast.ClassDef) else ():
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                return statement.lineno
        return None


_own_nodes: WeakKeyDictionary[ast.AST, dict[type[ast.AST], list[Any]]] = WeakKeyDictionary()


def own_nodes(function: Function, kind: type[K]) -> list[K]:
    """The syntax nodes of exactly this kind in the method's body, in the order of the source.

    Those of functions and classes inside are left out. One walk serves all kinds, and is kept as
    long as the tree is, because many checks ask about each method.
    """
    known = _own_nodes.get(function)
    if known is None:
        known = {}
        for node in _nodes_of(function.body):
            known.setdefault(type(node), []).append(node)
        _own_nodes[function] = known
    return known.get(kind, [])


def _nodes_of(body: list[ast.stmt]) -> list[ast.AST]:
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        current = waiting.pop()
        found.append(current)
        if not isinstance(current, (*SCOPES, ast.Lambda)):
            waiting += reversed(list(ast.iter_child_nodes(current)))
    return found


def _path_to(node: ast.AST, wanted: ast.AST) -> list[ast.AST]:
    """The definitions from ``node`` down to ``wanted``, both included; empty when not there."""
    if node is wanted:
        return [node]
    for child in ast.iter_child_nodes(node):
        inside = isinstance(child, ast.stmt) and child.lineno <= _first_line(wanted)
        if inside and (path := _path_to(child, wanted)):
            return [node, *path] if isinstance(node, (ast.Module, *SCOPES)) else path
    return []


def _first_line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _holds(file: Path, words: list[bytes]) -> bool:
    try:
        text = read_regular(file)
    except OSError:
        return False
    return any(word in text for word in words)


def _statements_in(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement of a block and of the blocks in it; expressions hold none."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        for block in blocks(statement):
            waiting += reversed(block)


def blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a compound statement, in the order of the source; none for a simple one."""
    own = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    parts = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    return [*own, *(part.body for part in parts)]
