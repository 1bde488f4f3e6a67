"""What can be said of a method's body without running it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from studio_conformance.checks._body import Function, end_of_block, returned, returns


def function(source: str) -> Function:
    found = ast.parse(dedent(source)).body[0]
    assert isinstance(found, Function)
    return found


def body(source: str) -> Function:
    lines = "\n".join(f"    {line}" for line in dedent(source).strip().splitlines())
    return function(f"def method(cls, x):\n{lines}\n")


NEVER = [
    "return 1",
    "raise ValueError",
    "if x:\n    return 1\nelse:\n    raise ValueError",
    "if x:\n    return 1\nelif x > 1:\n    return 2\nelse:\n    return 3",
    "with x:\n    return 1",
    "try:\n    return 1\nexcept ValueError:\n    return 2",
    "try:\n    y = x\nexcept ValueError:\n    return 2\nelse:\n    return 1",
    "try:\n    y = x\nfinally:\n    return 2",
    "while True:\n    x()",
    "while 1:\n    if x:\n        return 1",
    "assert False",
    "sys.exit(1)",
    "match x:\n    case 1:\n        return 1\n    case _:\n        return 2",
    "return 1\nx()",
]
MAYBE = [
    "if x:\n    return 1\nelif not x:\n    return 2",
    "for y in x:\n    return y",
    "match x:\n    case 1:\n        return 1",
    "raise_for(x)",
    "self.fail(x)",
]
SURELY = [
    "pass",
    "x()",
    "if x:\n    return 1",
    "if x:\n    return 1\nelse:\n    pass",
    "if x:\n    pass\nelif x > 1:\n    return 2",
    "try:\n    return 1\nexcept ValueError:\n    pass",
    "with x:\n    if x:\n        return 1",
    "while True:\n    break",
    "for y in x:\n    y()",
    "def inner():\n    return 1",
    "match x:\n    case 1:\n        pass\n    case _:\n        return 2",
    "if x:\n    return_value = 1",
]


@pytest.mark.parametrize("source", NEVER)
def test_end_that_is_never_reached(source: str) -> None:
    assert end_of_block(body(source).body) == "never"


@pytest.mark.parametrize("source", MAYBE)
def test_end_that_may_be_out_of_reach(source: str) -> None:
    assert end_of_block(body(source).body) == "maybe"


@pytest.mark.parametrize("source", SURELY)
def test_end_that_is_reached(source: str) -> None:
    assert end_of_block(body(source).body) == "surely"


def shown(source: str) -> list[str]:
    return [ast.unparse(value) for value in returned(body(source))]


def test_returns_of_functions_inside_do_not_count() -> None:
    source = """
        def inner():
            return 1
        class Inner:
            def other(self):
                return 2
        return inner
    """
    assert shown(source) == ["inner"]


def test_returns_behind_a_return_do_not_count() -> None:
    assert shown("return 1\nreturn 2") == ["1"]
    assert shown("if x:\n    raise x\n    return 2\nreturn 3") == ["3"]
    assert shown("while True:\n    x()\nreturn 1") == []


def test_both_sides_of_a_condition_count() -> None:
    assert shown("return 1 if x else 2 if x > 1 else 3") == ["1", "2", "3"]


def test_returns_stand_in_the_order_of_their_lines() -> None:
    source = """
        try:
            if x:
                return 1
        except ValueError:
            return 2
        for y in x:
            return 3
        return 4
    """
    assert shown(source) == ["1", "2", "3", "4"]
    assert len(returns(body("return\nreturn"))) == 1
