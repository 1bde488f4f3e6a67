"""An input's entry as the schema's source writes it down."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks._widgets import schema_role
from studio_conformance.closed import Scope, is_closed
from studio_conformance.source import Definition
from studio_conformance.subject import Node


def written_options(node: Node, name: str) -> ast.expr | None:
    """The expression that the source gives as the options of combo input ``name``.

    None when the entry can't be found, or stands there more than once.
    """
    method = _schema_method(node)
    found = [] if method is None else [*_options_in(method, name)]
    return found[0] if len(found) == 1 else None


def is_written(node: Node, name: str) -> bool:
    """Whether the options of combo input ``name`` are written down, the same on every machine."""
    options, method = written_options(node, name), _schema_method(node)
    if options is None or method is None:
        return False
    source, file = node.pack.source, _schema_file(node)
    return is_closed(options, Scope(source, file, source.around(file, method)))


def _schema_method(node: Node) -> Definition | None:
    facts = node.method(schema_role(node))
    return node.pack.source.definition(_schema_file(node), facts["line"] or 0) if facts else None


def _schema_file(node: Node) -> str:
    facts = node.method(schema_role(node))
    return (facts and facts["file"]) or ""


def _options_in(method: ast.AST, name: str) -> Iterator[ast.expr]:
    for child in ast.walk(method):
        if isinstance(child, ast.Dict):
            yield from _v1_options(child, name)
        elif isinstance(child, ast.Call):
            yield from _v3_options(child, name)


def _v1_options(entries: ast.Dict, name: str) -> Iterator[ast.expr]:
    """``"name": (OPTIONS, {...})`` or ``"name": ("COMBO", {"options": OPTIONS})``."""
    for key, entry in zip(entries.keys, entries.values, strict=True):
        if _says(key, name) and isinstance(entry, (ast.Tuple, ast.List)) and entry.elts:
            yield from _options_of(entry.elts) or entry.elts[:1]


def _options_of(entry: list[ast.expr]) -> list[ast.expr]:
    """What stands under "options" in the second element."""
    given = entry[1] if len(entry) > 1 else None
    return [*_values(given, "options")] if isinstance(given, ast.Dict) else []


def _values(literal: ast.Dict, name: str) -> Iterator[ast.expr]:
    for key, value in zip(literal.keys, literal.values, strict=True):
        if _says(key, name):
            yield value


def _v3_options(call: ast.Call, name: str) -> Iterator[ast.expr]:
    """``Combo.Input("name", OPTIONS)``, with keywords or without."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "Input"):
        return
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    given = call.args[0] if call.args else keywords.get("id")
    if not _says(given, name):
        return
    if "options" in keywords:
        yield keywords["options"]
    elif len(call.args) > 1:
        yield call.args[1]


def _says(value: ast.expr | None, text: str) -> bool:
    return isinstance(value, ast.Constant) and value.value == text
