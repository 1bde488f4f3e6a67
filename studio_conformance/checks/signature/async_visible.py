"""The host can see that a method is a coroutine function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._body import called
from studio_conformance.source import Function, own_nodes
from studio_conformance.subject import Node

_HARMLESS = frozenset({"classmethod", "final", "override", "staticmethod"})
_HIDE = frozenset({"enable_grad", "inference_mode", "no_grad"})
"""Decorators of torch: they call the function and give back the coroutine."""


@check(
    "SIGNATURE-005",
    "async-visible",
    title="No decorator hides from the host that the method is a coroutine function.",
    why=(
        "The host awaits only what it can see to be a coroutine function. Behind a plain wrapper "
        "the method gives a coroutine that nobody awaits, and the run fails."
    ),
    fix="Make the decorator's wrapper async and await the method in it, or use a with block.",
    level="error",
)
def async_visible(node: Node) -> Iterator[Violation]:
    method = node.method("execute")
    if method is None or not method["hides_async"]:
        return
    function = node.pack.source.definition(method["file"] or "", method["line"] or 0)
    if not isinstance(function, Function):
        raise NotApplicable("the source of the method can't be found")
    names = [called(each) for each in function.decorator_list]
    names = [name for name in names if name not in _HARMLESS]
    if names and all(_passes_on(node, name) for name in names):
        message = f"@{names[0]} hides that the method is async: the host gets a coroutine"
        yield Violation(message, node.locate_method("execute"), names[0])


def _passes_on(node: Node, name: str) -> bool:
    """Whether the decorator's wrapper certainly returns the coroutine without awaiting it."""
    found = [each for each in _functions(node) if each.name == name]
    if len(found) != 1:
        return not found and name in _HIDE
    # A decorator with arguments has one more function around the wrapper.
    wrappers = [each for each in ast.walk(found[0]) if isinstance(each, ast.FunctionDef)]
    given = {each.arg for wrapper in wrappers for each in wrapper.args.args}
    calls = [_handed_on(wrapper, each) for wrapper in wrappers for each in _calls(wrapper, given)]
    return bool(calls) and all(calls)


def _functions(node: Node) -> Iterator[Function]:
    for file in node.pack.source.files():
        tree = node.pack.source.tree(file)
        yield from (each for each in (tree.body if tree else ()) if isinstance(each, Function))


def _calls(wrapper: ast.FunctionDef, given: set[str]) -> Iterator[ast.Call]:
    for each in own_nodes(wrapper, ast.Call):
        if isinstance(each.func, ast.Name) and each.func.id in given:
            yield each


def _handed_on(wrapper: ast.FunctionDef, call: ast.Call) -> bool:
    """Whether the call's result is returned, at once or from a variable used for nothing else."""
    results = [each.value for each in own_nodes(wrapper, ast.Return)]
    if call in results:
        return True
    names = [each.targets[0] for each in own_nodes(wrapper, ast.Assign) if each.value is call]
    if len(names) != 1 or not isinstance(names[0], ast.Name):
        return False
    kept = names[0].id
    uses = [
        each
        for each in own_nodes(wrapper, ast.Name)
        if each.id == kept and isinstance(each.ctx, ast.Load)
    ]
    return bool(uses) and all(use in results for use in uses)
