"""What a method's source says for certain: its returns, and whether its end can be reached.

Nothing is run. Functions inside the method do not count, nor does what stands behind a return.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from studio_conformance.checks import NotApplicable
from studio_conformance.source import SCOPES, Function, blocks, own_nodes
from studio_conformance.subject import Node

End = Literal["never", "maybe", "surely"]
"""Whether control can leave a statement at its end."""

_TRANSPARENT = frozenset(
    {"classmethod", "enable_grad", "final", "inference_mode", "no_grad", "override", "staticmethod"}
)
"""Decorators that pass on arguments and results as they are, by the last part of the name."""
_NEVER_BACK = frozenset({"_exit", "abort", "exit", "quit"})
_HINTS_NO_RETURN = ("abort", "die", "error", "exit", "fail", "raise", "throw")
_BY_RANK: tuple[End, ...] = ("never", "maybe", "surely")


def method_body(node: Node, role: str) -> Function:
    """The ``def`` of the method in this role, if the host sees its parameters and results as such.

    Raises NotApplicable when there is no such method or source, when it is a generator, or when a
    decorator stands above it that may change arguments or results.
    """
    function = _definition(node, role)
    unknown = [name for name in decorators(function) if name not in _TRANSPARENT]
    if unknown:
        raise NotApplicable(f"the decorator {unknown[0]!r} may change what {role} takes and gives")
    if _is_generator(function):
        raise NotApplicable(f"{role} is a generator")
    return function


def _definition(node: Node, role: str) -> Function:
    method = node.method(role)
    if method is None:
        raise NotApplicable(f"the class has no {role} of its own")
    found = node.pack.source.definition(method["file"] or "", method["line"] or 0)
    if not isinstance(found, Function):
        raise NotApplicable(f"the source of {role} can't be found")
    return found


def decorators(function: Function) -> list[str]:
    """The last parts of the decorators' names: ``no_grad`` for ``@torch.no_grad()``."""
    return [called(each) for each in function.decorator_list]


def called(expression: ast.expr) -> str:
    """The last part of a dotted name, or of the name that is called; "" for what has none."""
    if isinstance(expression, ast.Call):
        return called(expression.func)
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


@lru_cache(maxsize=1024)
def _is_generator(function: Function) -> bool:
    return bool(own_nodes(function, ast.Yield) or own_nodes(function, ast.YieldFrom))


def reachable(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that can be reached, outer before inner."""
    for statement in body:
        yield statement
        for block in _blocks(statement):
            yield from reachable(block)
        if end_of(statement) == "never":
            return


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    return [] if isinstance(statement, SCOPES) else blocks(statement)


@lru_cache(maxsize=1024)
def returns(function: Function) -> tuple[ast.Return, ...]:
    """The reachable return statements, in the order of their lines."""
    found = [each for each in reachable(function.body) if isinstance(each, ast.Return)]
    return tuple(sorted(found, key=lambda each: each.lineno))


def returned(function: Function) -> Iterator[ast.expr]:
    """What the reachable returns give; both sides of a conditional expression, no bare return."""
    for statement in returns(function):
        if statement.value is not None:
            yield from _alternatives(statement.value)


def _alternatives(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _alternatives(value.body)
        yield from _alternatives(value.orelse)
    else:
        yield value


def is_none(value: ast.expr | None) -> bool:
    """Whether it is no expression at all, or a literal None."""
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def constant_result(node: Node, role: str) -> ast.Constant | None:
    """The literal that the method returns on every path, or None when it may return others.

    Raises NotApplicable as ``method_body`` does.
    """
    function = method_body(node, role)
    values = [*returned(function)]
    constants = [value for value in values if isinstance(value, ast.Constant)]
    if not values or len(constants) < len(values) or end_of_block(function.body) != "never":
        return None
    if any(each.value is None for each in returns(function)):
        return None
    return constants[0] if len({repr(each.value) for each in constants}) == 1 else None


# --- whether the end can be reached --------------------------------------------------------------


def end_of_block(body: list[ast.stmt]) -> End:
    """``surely``: some path runs off the block's end; ``maybe``: one does, if it can be taken."""
    worst: End = "surely"
    for statement in body:
        end = end_of(statement)
        if end == "never":
            return "never"
        worst = "maybe" if end == "maybe" else worst
    return worst


def end_of(statement: ast.stmt) -> End:
    if isinstance(statement, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return "never"
    if isinstance(statement, ast.If):
        return _end_of_chain(statement)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return end_of_block(statement.body)
    if isinstance(statement, ast.Match):
        ends = [end_of_block(case.body) for case in statement.cases]
        return _joined(ends, complete=_has_wildcard(statement), doubtful=True)
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
        return _end_of_loop(statement)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _end_of_call(called(statement.value))
    if isinstance(statement, ast.Assert):
        fails = isinstance(statement.test, ast.Constant) and not statement.test.value
        return "never" if fails else "surely"
    return _end_of_try(statement) if hasattr(statement, "handlers") else "surely"


def _end_of_chain(statement: ast.If) -> End:
    """If, elif, ..., else. Several branches without an else may name all that can be."""
    ends = [end_of_block(statement.body)]
    rest = statement.orelse
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        ends.append(end_of_block(rest[0].body))
        rest = rest[0].orelse
    if rest:
        ends.append(end_of_block(rest))
    return _joined(ends, complete=bool(rest), doubtful=len(ends) > 1)


def _joined(ends: list[End], complete: bool, doubtful: bool) -> End:
    if not complete:
        ends = [*ends, "maybe" if doubtful else "surely"]
    return max(ends, key=_BY_RANK.index)


def _has_wildcard(statement: ast.Match) -> bool:
    last = statement.cases[-1]
    return isinstance(last.pattern, ast.MatchAs) and not last.pattern.pattern and not last.guard


def _end_of_loop(statement: ast.For | ast.AsyncFor | ast.While) -> End:
    inside = list(reachable(statement.body))
    endless = isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant)
    if endless and not any(isinstance(each, ast.Break) for each in inside):
        return "never"
    return "maybe" if any(isinstance(each, ast.Return) for each in inside) else "surely"


def _end_of_call(name: str) -> End:
    if name in _NEVER_BACK:
        return "never"
    return "maybe" if any(hint in name.lower() for hint in _HINTS_NO_RETURN) else "surely"


def _end_of_try(statement: ast.stmt) -> End:
    final: list[ast.stmt] = statement.finalbody  # type: ignore[attr-defined]
    if final and end_of_block(final) == "never":
        return "never"
    body: list[ast.stmt] = statement.body + statement.orelse  # type: ignore[attr-defined]
    handlers: list[ast.ExceptHandler] = statement.handlers  # type: ignore[attr-defined]
    ends = [end_of_block(body), *(end_of_block(each.body) for each in handlers)]
    return max(ends, key=_BY_RANK.index)
