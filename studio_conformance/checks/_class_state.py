"""Attributes that a v3 node's methods set or read on the class they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from studio_conformance.checks._body import called
from studio_conformance.source import Function, own_nodes
from studio_conformance.subject import Node

ON_CLONE = ("execute", "validate_inputs", "check_lazy_status")
"""Methods that get a locked clone of the class, not the class itself."""
_TRIES: list[Any] = [getattr(ast, name) for name in ("Try", "TryStar") if hasattr(ast, name)]


def class_body(node: Node) -> ast.ClassDef | None:
    where = node.location
    found = node.pack.source.definition(where.file, where.line)
    return found if isinstance(found, ast.ClassDef) else None


def methods_on_clone(node: Node) -> list[tuple[str, Function]]:
    """``(file, def)`` of the methods called on the clone, and of those they name by ``cls.``."""
    found: list[tuple[str, Function]] = []
    for role in ON_CLONE:
        method = node.method(role)
        if method is not None and method["form"] == "classmethod" and method["file"]:
            definition = node.pack.source.definition(method["file"], method["line"] or 0)
            if isinstance(definition, Function):
                found.append((method["file"], definition))
    for _, function in found:  # grows while it is read
        found += [(node.location.file, each) for each in _helpers(node, function, found)]
    return found


def _helpers(
    node: Node, function: Function, known: list[tuple[str, Function]]
) -> Iterator[Function]:
    body = class_body(node)
    names = {each.attr for each in of_first(function) if isinstance(each.ctx, ast.Load)}
    for statement in body.body if body else ():
        if isinstance(statement, Function) and statement.name in names:
            new = all(statement is not definition for _, definition in known)
            if new and "classmethod" in map(called, statement.decorator_list):
                yield statement


def first_name(function: Function) -> str | None:
    """Name of the first parameter, if it is still bound to what the host passed."""
    positional = [*function.args.posonlyargs, *function.args.args]
    name = positional[0].arg if positional else None
    rebound = any(
        each.id == name and isinstance(each.ctx, ast.Store)
        for each in own_nodes(function, ast.Name)
    )
    return None if rebound else name


def of_first(function: Function) -> list[ast.Attribute]:
    """Every attribute of the first parameter that the method sets or reads."""
    name = first_name(function)
    return [
        each
        for each in own_nodes(function, ast.Attribute)
        if isinstance(each.value, ast.Name) and each.value.id == name
    ]


def guarded(function: Function) -> set[ast.AST]:
    """Everything inside a ``try`` that has handlers: its failure may be meant."""
    return {
        inner
        for kind in _TRIES
        for each in own_nodes(function, kind)
        if each.handlers
        for statement in each.body
        for inner in ast.walk(statement)
    }
