"""Where classes, functions and module-level names stand, without parsing whole packs.

Class and function objects know their code objects; a scan of the file's lines finds the statement.
Lines count from 1.
"""

from __future__ import annotations

import inspect
import re
from functools import lru_cache
from typing import Any

from reference_runtime.reading import read_regular

_CLASS = re.compile(r"^\s*class\s+(\w+)\b")
_DEF = re.compile(r"^\s*(?:async\s+)?def\s")
_DECORATORS = 200


@lru_cache(maxsize=512)
def _lines(file: str) -> tuple[str, ...]:
    try:
        text = read_regular(file).decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


@lru_cache(maxsize=512)
def _class_lines(file: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, text in enumerate(_lines(file), 1):
        match = _CLASS.match(text)
        if match:
            found.setdefault(match[1], []).append(number)
    return found


def class_location(cls: type) -> tuple[str | None, int | None]:
    """File and line of the class statement; (None, None) for classes not made by one."""
    file = class_file(cls)
    if file is None:
        return None, None
    first = getattr(cls, "__firstlineno__", None)  # Python 3.13, the first decorator's line
    lines = _class_lines(file).get(cls.__name__, [])
    if "." not in cls.__qualname__:  # a mention in a docstring stands further to the right
        lines = [line for line in lines if _lines(file)[line - 1].startswith("class")] or lines
    if isinstance(first, int):
        return file, next((line for line in lines if line >= first), first)
    return file, _class_line(cls, file, lines)


def _class_line(cls: type, file: str, lines: list[int]) -> int | None:
    """The one of ``lines`` that stands before the class's own functions."""
    member = _first_member_line(cls, file, cls.__qualname__ + ".")
    if not lines:  # renamed after it was made: the last class statement before its functions
        member = _first_member_line(cls, file, "")
        lines = sorted(line for each in _class_lines(file).values() for line in each)
        lines = [] if member is None else lines
    before = [line for line in lines if member is None or line <= member]
    return (before or lines or [None])[-1]  # type: ignore[list-item]


def class_file(cls: type) -> str | None:
    """The file that defines the class: its functions', else its module's."""
    import sys

    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    codes = [code for value in vars(cls).values() if (code := code_of(value)) is not None]
    return codes[0].co_filename if codes else None


def _first_member_line(cls: type, file: str, prefix: str) -> int | None:
    """The first line of the class's functions whose qualified names begin with ``prefix``."""
    return min(
        (
            code.co_firstlineno
            for value in vars(cls).values()
            if (code := code_of(value)) is not None
            and code.co_filename == file
            and getattr(_plain_function(value), "__qualname__", "").startswith(prefix)
        ),
        default=None,
    )


def _plain_function(value: Any) -> Any:
    return getattr(value, "__func__", value)


def code_of(value: Any) -> Any:
    """The code object of a function, method or descriptor around one, decorators unwrapped."""
    function = _plain_function(value)
    try:
        function = inspect.unwrap(function)
    except ValueError:
        return None
    code = getattr(_plain_function(function), "__code__", None)
    return code if inspect.iscode(code) else None


def function_location(function: Any) -> tuple[str, int] | None:
    """File and line of the ``def``; None for builtins and callable objects."""
    code = code_of(function)
    if code is None:
        return None
    return code.co_filename, def_line(code.co_filename, code.co_firstlineno)


def def_line(file: str, first: int) -> int:
    """The line of the ``def`` whose first decorator, or itself, is ``first``."""
    for number, text in enumerate(_lines(file)[first - 1 : first - 1 + _DECORATORS], first):
        if _DEF.match(text):
            return number
    return first


def assignment_line(file: str, name: str) -> int | None:
    """Line of the last statement that binds ``name``, unindented ones first."""
    word = re.escape(name)
    binds = rf"(?:async\s+)?def\s+{word}\b|class\s+{word}\b|{word}\s*(?::[^=]*)?=[^=]"
    imports = rf"from\s.*\bimport\b.*\b{word}\b|import\s.*\bas\s+{word}\b"
    for pattern in (f"(?:{binds})", rf"\s+(?:{binds})", rf"\s*(?:{imports})"):
        compiled = re.compile(pattern)
        found = [n for n, text in enumerate(_lines(file), 1) if compiled.match(text)]
        if found:
            return found[-1]
    return None
