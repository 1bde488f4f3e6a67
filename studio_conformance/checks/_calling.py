"""How the host calls a v1 class's methods: on the class, with keyword arguments only."""

from __future__ import annotations

import ast

from studio_conformance.checks import NotApplicable
from studio_conformance.subject import Node


def unfilled_self(node: Node, role: str) -> str | None:
    """The first parameter that nobody fills when ``role`` is called on the class, or None.

    The host looks the method up on the class and passes inputs by name: a plain function loses its
    ``self``. One whose first parameter is an input, or has a default, works by accident.
    Raises NotApplicable when the class has no such method.
    """
    method = node.method(role)
    if method is None:
        raise NotApplicable(f"the class has no {role}")
    if method["form"] != "function" or method["file"] is None or method["line"] is None:
        return None
    definition = node.pack.source.definition(method["file"], method["line"])
    if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if not positional or len(arguments.defaults) == len(positional):
        return None
    names = {item["id"] for item in node.inputs} | {item["name"] for item in node.hidden}
    return None if positional[0].arg in names else positional[0].arg
