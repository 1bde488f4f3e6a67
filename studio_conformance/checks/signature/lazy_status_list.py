"""check_lazy_status returns a list."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._body import called, method_body, returned
from studio_conformance.subject import Node

_DISPLAYS: dict[type[ast.expr], str] = {
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
    ast.JoinedStr: "string",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
}


@check(
    "SIGNATURE-017",
    "lazy-status-list",
    title="What check_lazy_status returns is a list.",
    why=(
        "The host takes names from a list only. A tuple, a set or a string is ignored without a "
        "word, and the inputs asked for are None in the run."
    ),
    fix='Return the names in a list: ["image"], not ("image",) or {"image"}.',
    level="error",
)
def lazy_status_list(node: Node) -> Iterator[Violation]:
    function = method_body(node, "check_lazy_status")
    file = node.locate_method("check_lazy_status").file
    for value in returned(function):
        kind = _no_list(value)
        if kind is not None:
            message = f"check_lazy_status returns a {kind}, which the host ignores"
            yield Violation(message, Location(file, value.lineno), kind)


def _no_list(value: ast.expr) -> str | None:
    """The kind of what certainly is no list; None for what may be one, or asks for nothing."""
    if isinstance(value, ast.Constant):
        return "string" if isinstance(value.value, str) and value.value else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.args:
        return called(value) if called(value) in ("frozenset", "set", "tuple") else None
    filled = getattr(value, "elts", True) and getattr(value, "keys", True)
    return _DISPLAYS.get(type(value)) if filled else None
