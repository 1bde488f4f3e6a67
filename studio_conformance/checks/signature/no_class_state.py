"""A v3 node sets no attribute of its class while it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._body import called
from studio_conformance.checks._class_state import first_name, guarded, methods_on_clone, of_first
from studio_conformance.source import Function, own_nodes
from studio_conformance.subject import Node


@check(
    "SIGNATURE-025",
    "no-class-state",
    title="A v3 node's methods set no attribute on the class they are given.",
    why=(
        "The host runs the method on a locked clone of the class: setting an attribute raises an "
        "AttributeError, and the run fails."
    ),
    fix="Keep state in a module variable, or in a dict that the class has: cls.cache[key] = value.",
    level="error",
    kinds=("v3",),
)
def no_class_state(node: Node) -> Iterator[Violation]:
    methods = methods_on_clone(node)
    if not methods:
        raise NotApplicable("the source of the methods can't be found")
    for file, function in methods:
        for name, line in _attributes_set(function):
            message = f"{function.name} sets the attribute {name!r} on its class, which is locked"
            yield Violation(message, Location(file, line), name)


def _attributes_set(function: Function) -> Iterator[tuple[str, int]]:
    meant = guarded(function)
    for attribute in of_first(function):
        if isinstance(attribute.ctx, ast.Store) and attribute not in meant:
            yield attribute.attr, attribute.lineno
    first = first_name(function)
    for each in own_nodes(function, ast.Call):
        if called(each) == "setattr" and each not in meant:
            name = each.args[1] if len(each.args) == 3 else None
            if isinstance(name, ast.Constant) and called(each.args[0]) == first:
                yield str(name.value), each.lineno
