"""How a method's source gives its result: NodeOutput, dicts, blockers, tuples, literals."""

from __future__ import annotations

import ast

from studio_conformance.checks._body import called, is_none
from studio_conformance.source import Function, own_nodes
from studio_conformance.subject import Node

_BUILTINS = {"bool": "bool", "float": "float", "int": "int", "len": "int", "str": "string"}
"""Kinds of what calls of these give."""


def is_node_output(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and called(value) == "NodeOutput"


def keyword(call: ast.expr, name: str) -> ast.expr | None:
    """The keyword argument of a call; for a dict display the value of a constant key."""
    if isinstance(call, ast.Dict):
        pairs = zip(call.keys, call.values, strict=True)
        found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == name]
    else:
        found = [each.value for each in getattr(call, "keywords", []) if each.arg == name]
    return found[-1] if found else None


def has_unpacking(value: ast.expr) -> bool:
    """Whether ``*`` or ``**`` in a call or display keeps its contents from being known."""
    if isinstance(value, ast.Dict):
        return None in value.keys
    if isinstance(value, ast.Call):
        starred = any(isinstance(each, ast.Starred) for each in value.args)
        return starred or any(each.arg is None for each in value.keywords)
    return any(isinstance(each, ast.Starred) for each in getattr(value, "elts", []))


def is_blocker(node: Node, file: str, value: ast.expr) -> bool:
    """Whether it makes the host's ExecutionBlocker, not a class of the file that is called so."""
    name = "ExecutionBlocker"
    if not isinstance(value, ast.Call) or called(value) != name:
        return False
    return all(each.name != name for each in node.pack.source.statements(file, ast.ClassDef))


def is_dict(value: ast.expr) -> bool:
    """Whether it certainly is a dict."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "dict"
    return isinstance(value, (ast.Dict, ast.DictComp))


def is_graph(function: Function, value: ast.expr | None) -> bool:
    """Whether it certainly is an expansion, not None: a dict, or a builder's ``finalize()``.

    A variable counts when every assignment to it in the method is one of these.
    """
    if value is None or is_none(value):
        return False
    if isinstance(value, ast.Name):
        given = _assigned(function, value.id)
        return bool(given) and all(is_dict(each) or called(each) == "finalize" for each in given)
    return is_dict(value) or (isinstance(value, ast.Call) and called(value) == "finalize")


def _assigned(function: Function, name: str) -> list[ast.expr]:
    """What simple assignments give the variable; [] when it is bound in any other way."""
    values = [
        each.value
        for each in own_nodes(function, ast.Assign)
        if len(each.targets) == 1
        and isinstance(each.targets[0], ast.Name)
        and each.targets[0].id == name
    ]
    stores = [
        each
        for each in own_nodes(function, ast.Name)
        if each.id == name and isinstance(each.ctx, ast.Store)
    ]
    return values if len(values) == len(stores) else []


def plain_value(value: ast.expr) -> str | None:
    """The kind of a value that certainly is a string, number or bool; None for any other."""
    if isinstance(value, ast.JoinedStr):
        return "string"
    if isinstance(value, ast.Constant) and value.value is not None and value.value is not ...:
        return "string" if isinstance(value.value, str) else type(value.value).__name__
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return "bool"
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return _BUILTINS.get(value.func.id)
    return None
