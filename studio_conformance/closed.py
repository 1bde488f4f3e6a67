"""Whether an expression's value is written down in the pack, or depends on the machine it runs on.

A list of options that comes from a folder of models, the network or the graphics card is another
on every machine; what is missing from it here may be there for the user. Only what is made from
constants, of names that are assigned once and never changed, counts as closed; in doubt it is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio_conformance.source import SourceIndex

PURE_CALLS = frozenset(
    {
        "bool", "dict", "enumerate", "float", "frozenset", "int", "len", "list", "max", "min",
        "range", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip",
    }
)  # fmt: skip
_LISTS_KEYS = frozenset({"frozenset", "list", "set", "sorted", "tuple"})
"""Calls that give the keys of a dict."""
PURE_METHODS = frozenset(
    {
        "capitalize", "copy", "endswith", "format", "index", "items", "join", "keys", "lower",
        "name", "replace", "split", "startswith", "strip", "title", "upper", "value", "values",
    }
)  # fmt: skip
CHANGING_METHODS = frozenset(
    {
        "add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse",
        "setdefault", "sort", "update",
    }
)  # fmt: skip
_DEPTH = 12
_SPREADS = (
    ast.BinOp, ast.BoolOp, ast.Compare, ast.Dict, ast.FormattedValue, ast.IfExp, ast.JoinedStr,
    ast.List, ast.Set, ast.Slice, ast.Starred, ast.Subscript, ast.Tuple, ast.UnaryOp,
)  # fmt: skip
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: its file, the definitions around it, names bound on the way."""

    index: SourceIndex
    file: str
    around: tuple[ast.AST, ...]
    """The module, then the class and the function around the expression, outermost first."""
    bound: frozenset[str] = frozenset()
    depth: int = 0
    keys_only: bool = False
    """Only the keys of dicts count: the values (functions, mostly) never become options."""

    def deeper(self) -> Scope:
        return replace(self, depth=self.depth + 1)


def is_closed(value: ast.expr, scope: Scope) -> bool:
    """Whether the expression gives the same value on every machine, for certain."""
    if scope.depth > _DEPTH:
        return False
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.Name):
        return value.id in scope.bound or _name_is_closed(value.id, scope)
    if isinstance(value, ast.Attribute):
        return _attribute_is_closed(value, scope)
    if isinstance(value, ast.Call):
        return _call_is_closed(value, scope)
    if isinstance(value, _COMPREHENSIONS):
        return _comprehension_is_closed(value, scope)
    if isinstance(value, ast.Dict) and scope.keys_only:
        return all(key is not None and is_closed(key, scope) for key in value.keys)
    if isinstance(value, _SPREADS):
        return all(is_closed(child, scope) for child in _expressions(value))
    return False


def _expressions(value: ast.AST) -> list[ast.expr]:
    return [child for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr)]


def _comprehension_is_closed(value: Any, scope: Scope) -> bool:
    heads = value.generators
    targets = {
        name.id for head in heads for name in ast.walk(head.target) if isinstance(name, ast.Name)
    }
    inner = replace(scope, bound=scope.bound | targets, keys_only=False)
    results = [value.key, value.value] if isinstance(value, ast.DictComp) else [value.elt]
    parts = [*results, *(part for head in heads for part in (head.iter, *head.ifs))]
    return all(is_closed(part, inner) for part in parts)


def _call_is_closed(call: ast.Call, scope: Scope) -> bool:
    name = _last_name(call.func)
    if name == "Option":  # of a dynamic combo: the key is the choice
        keys = [k.value for k in call.keywords if k.arg == "key"] or call.args[:1]
        return bool(keys) and is_closed(keys[0], scope)
    named = call.args[:1] and isinstance(call.args[0], (ast.Name, ast.Attribute))
    scope = replace(scope, keys_only=name == "keys" or bool(name in _LISTS_KEYS and named))
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not all(is_closed(each, scope) for each in given):
        return False
    if isinstance(call.func, ast.Name):
        return call.func.id in PURE_CALLS or _function_is_closed(call.func.id, scope)
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in PURE_METHODS and is_closed(call.func.value, scope)
    return False


def _function_is_closed(name: str, scope: Scope) -> bool:
    """A function of the file that does nothing but return a closed value."""
    for definition in _bindings(name, scope.around[0]):
        if isinstance(definition, ast.FunctionDef) and not definition.args.args:
            body = [s for s in definition.body if not isinstance(s, ast.Expr)]
            if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
                inner = replace(scope.deeper(), around=(scope.around[0], definition))
                return is_closed(body[0].value, inner)
    return False


def _attribute_is_closed(value: ast.Attribute, scope: Scope) -> bool:
    """An attribute of a class of the pack (``cls.MODES``, ``Pack.MODES``), or of a closed value."""
    if isinstance(value.value, ast.Name):
        owner = _class_called(value.value.id, scope)
        if owner is not None:
            return _assigned_once(value.attr, owner, replace(scope, around=(*scope.around, owner)))
    return value.attr in PURE_METHODS and is_closed(value.value, scope)


def _class_called(name: str, scope: Scope) -> ast.ClassDef | None:
    if name in ("cls", "self", "s", "c"):
        classes = [each for each in scope.around if isinstance(each, ast.ClassDef)]
        return classes[-1] if classes else None
    found = [b for b in _bindings(name, scope.around[0]) if isinstance(b, ast.ClassDef)]
    return found[0] if len(found) == 1 else None


def _name_is_closed(name: str, scope: Scope) -> bool:
    for owner in reversed(scope.around):
        found = list(_bindings(name, owner))
        if found:
            return _binding_is_closed(name, owner, found, scope)
    return False


def _binding_is_closed(name: str, owner: ast.AST, found: list[ast.AST], scope: Scope) -> bool:
    if isinstance(found[0], ast.ClassDef):
        return len(found) == 1 and _is_enum(found[0])
    if isinstance(found[0], ast.ImportFrom):
        return len(found) == 1 and _imported_is_closed(name, found[0], scope)
    return _assigned_once(name, owner, scope)


def _assigned_once(name: str, owner: ast.AST, scope: Scope) -> bool:
    """Whether ``owner`` binds the name by one plain assignment and nothing changes it later."""
    found = list(_bindings(name, owner))
    if len(found) != 1 or not isinstance(found[0], (ast.Assign, ast.AnnAssign)):
        return False
    value = found[0].value
    if value is None or _is_changed(name, scope.around[0]):
        return False
    return is_closed(value, scope.deeper())


def _is_enum(definition: ast.ClassDef) -> bool:
    names = {getattr(base, "id", getattr(base, "attr", "")) for base in definition.bases}
    return any(name.endswith("Enum") for name in names)


def _imported_is_closed(name: str, statement: ast.ImportFrom, scope: Scope) -> bool:
    """A name that comes from another module of the pack, by a relative import."""
    if not statement.level or scope.index.root.is_file():
        return False
    original = next(a.name for a in statement.names if name == (a.asname or a.name))
    folder = Path(scope.file).parents[statement.level - 1]
    path = folder.joinpath(*(statement.module or "").split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        tree = scope.index.tree(file) if file.is_file() else None
        if tree is not None:
            inner = replace(scope.deeper(), file=str(file), around=(tree,), bound=frozenset())
            return _name_is_closed(original, inner)
    return False


def _bindings(name: str, owner: ast.AST) -> Iterator[ast.AST]:
    """Statements of ``owner``'s own scope that bind the name (loops and ``with`` included)."""
    waiting: list[ast.AST] = list(getattr(owner, "body", []))
    arguments = getattr(owner, "args", None)
    if isinstance(arguments, ast.arguments):
        waiting += [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    while waiting:
        node = waiting.pop(0)
        if _binds(node, name):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += [c for c in ast.iter_child_nodes(node) if isinstance(c, _HOLDERS)]


_HOLDERS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name == name
    if isinstance(node, ast.arg):
        return node.arg == name
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return any((a.asname or a.name).partition(".")[0] == name for a in node.names)
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.With, ast.Global)):
        targets = [
            each.id
            for each in ast.walk(node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        ]
        return name in targets and not _only_nested(node, name)
    return False


def _only_nested(node: ast.AST, name: str) -> bool:
    """Whether a loop or ``with`` binds the name in its body only (found there on its own)."""
    if not isinstance(node, (ast.For, ast.With)):
        return False
    heads = [node.target] if isinstance(node, ast.For) else [i.optional_vars for i in node.items]
    names = {n.id for head in heads if head for n in ast.walk(head) if isinstance(n, ast.Name)}
    return name not in names


def _is_changed(name: str, module: ast.AST) -> bool:
    """Whether anything in the file changes the object in place or says ``global name``."""
    return any(_changes(node, name) for node in ast.walk(module))


def _changes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Global):
        return name in node.names
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in CHANGING_METHODS and _last_name(node.func.value) == name
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return _last_name(node.value) == name
    return isinstance(node, ast.AugAssign) and _last_name(node.target) == name


def _last_name(value: ast.expr) -> str | None:
    if isinstance(value, ast.Attribute):
        return value.attr
    return value.id if isinstance(value, ast.Name) else None
