"""A v3 node reads nothing that only an instance would have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._body import called
from studio_conformance.checks._class_state import class_body, guarded, methods_on_clone, of_first
from studio_conformance.source import Function, own_nodes
from studio_conformance.subject import Node

_BASES = ("ComfyNode", "StudioNode")


@check(
    "SIGNATURE-026",
    "no-instance-state",
    title="A v3 node's methods read nothing that only __init__ sets.",
    why=(
        "The methods of a v3 node run on the class. What __init__ sets belongs to an instance that "
        "they never see: reading it raises an AttributeError."
    ),
    fix="Make it an attribute of the class or a module variable, and remove __init__.",
    level="error",
    kinds=("v3",),
)
def no_instance_state(node: Node) -> Iterator[Violation]:
    body = class_body(node)
    if body is None or not all(called(base) in _BASES for base in body.bases):
        raise NotApplicable("the class may have attributes from elsewhere")
    lost = _set_by_init(body) - _set_by_class(body)
    for file, function in methods_on_clone(node) if lost else ():
        for each in _reads(function):
            if each.attr in lost:
                message = f"{function.name} reads {each.attr!r}, which only __init__ sets"
                yield Violation(message, Location(file, each.lineno), each.attr)


def _reads(function: Function) -> Iterator[ast.Attribute]:
    """Attributes of the class that the method reads without asking first whether they exist."""
    meant = guarded(function)
    asked = {each.value for each in own_nodes(function, ast.Constant)}
    for each in of_first(function):
        if isinstance(each.ctx, ast.Load) and each not in meant and each.attr not in asked:
            yield each


def _set_by_init(body: ast.ClassDef) -> set[str]:
    return {
        each.attr
        for init in body.body
        if isinstance(init, Function) and init.name == "__init__"
        for each in of_first(init)
        if isinstance(each.ctx, ast.Store)
    }


def _set_by_class(body: ast.ClassDef) -> set[str]:
    """Every name that the class body binds outside its functions."""
    functions = {each.name for each in body.body if isinstance(each, (Function, ast.ClassDef))}
    names = {
        inner.id
        for each in body.body
        if not isinstance(each, (Function, ast.ClassDef))
        for inner in ast.walk(each)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    return functions | names
