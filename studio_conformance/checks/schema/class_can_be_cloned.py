"""A v3 node's class can be cloned for each call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.subject import Node

_HOOK = "__init_subclass__"


@check(
    "SCHEMA-021",
    "class-can-be-cloned",
    title="A v3 node's class can be cloned for each call.",
    why=(
        "The host makes two subclasses of the class for every call. __slots__ makes "
        "that fail, and __init_subclass__ runs each time: a registry in it grows for "
        "ever."
    ),
    fix="Leave __slots__ out and register nodes by hand instead of in __init_subclass__.",
    level="error",
    kinds=("v3",),
)
def class_can_be_cloned(node: Node) -> Iterator[Violation]:
    if node.facts["has_slots"]:
        yield Violation("the class has __slots__", node.locate_attribute("__slots__"), "__slots__")
    owner = node.facts["init_subclass"]
    for file, function in _hooks(node, owner) if owner else ():
        if not all(_is_harmless(statement, function) for statement in function.body):
            message = f"{owner} has an __init_subclass__, which runs twice for each call"
            yield Violation(message, Location(file, function.lineno), "__init_subclass__")


def _hooks(node: Node, owner: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The ``__init_subclass__`` of the class ``owner``, wherever in the pack it stands."""
    for file in node.pack.source.mentioning("__init_subclass__"):
        for cls in node.pack.source.statements(file, ast.ClassDef):
            for statement in cls.body if cls.name == owner.rpartition(".")[2] else ():
                if isinstance(statement, ast.FunctionDef) and statement.name == _HOOK:
                    yield str(file), statement


def _is_harmless(statement: ast.stmt, function: ast.FunctionDef) -> bool:
    """A docstring, the call of super's hook, or an attribute given to the new class alone."""
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        value = statement.value
        return isinstance(value, ast.Constant) or (
            isinstance(value, ast.Call) and getattr(value.func, "attr", "") == _HOOK
        )
    first = function.args.args[0].arg if function.args.args else "cls"
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    owners = [getattr(getattr(target, "value", None), "id", "") for target in targets]
    return bool(targets) and all(
        isinstance(target, ast.Attribute) and name == first
        for target, name in zip(targets, owners, strict=True)
    )
