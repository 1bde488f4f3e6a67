"""A v3 combo's value is not used as a name before it was checked."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-030",
    "combo-server-check",
    title="A v3 combo's value is not used as a name before it was checked.",
    why=(
        "This host's server does not check that a v3 combo's value is one of its "
        "options: whoever posts a prompt chooses the text. Used as a key, a path or an "
        "attribute's name it fails with a KeyError at best."
    ),
    fix=("Compare the value with the options in validate_inputs (or at the start of execute)."),
    level="warning",
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def combo_server_check(node: Node) -> Iterator[Violation]:
    combos = [item["id"] for item in node.inputs if item["widget"] == "Combo"]
    method = node.method("execute")
    if not combos or method is None or node.method("validate_inputs") is not None:
        raise NotApplicable("no combo, or the node has a validator")
    definition = node.pack.source.definition(method["file"] or "", method["line"] or 0)
    for use in ast.walk(definition) if definition else ():
        name = _used_as_name(use)
        if name in combos and not _compared(definition, name):
            message = f"combo {name!r} is used as a key or name without a check"
            yield Violation(message, node.pack.at(method["file"], use.lineno), name)  # type: ignore[attr-defined]


def _used_as_name(use: ast.AST) -> str | None:
    """The variable that a subscript looks up, or that names an attribute, module or path."""
    if isinstance(use, ast.Subscript) and isinstance(use.slice, ast.Name):
        return use.slice.id
    if isinstance(use, ast.Call) and _called(use.func) in ("getattr", "import_module"):
        names = [each.id for each in use.args if isinstance(each, ast.Name)]
        return names[-1] if names else None
    return None


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _compared(definition: ast.AST | None, name: str) -> bool:
    """Whether the method compares the variable, or looks whether something holds it."""
    return any(
        isinstance(part, ast.Name) and part.id == name
        for each in (ast.walk(definition) if definition else ())
        if isinstance(each, ast.Compare)
        for part in (each.left, *each.comparators)
    )
