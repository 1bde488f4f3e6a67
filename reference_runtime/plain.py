"""Turn any Python value of a pack into plain JSON data, and say where it was not plain.

What is not JSON (a set, a numpy scalar, NaN, a non-string key) is replaced by its ``repr`` in the
data and listed as a defect with its path, in a place of its own, so that no value of a pack can
pose as a marker of ours. Standard library only.
"""

from __future__ import annotations

import math
import re
from typing import Any, TypedDict

MAX_DEPTH = 40
MAX_TEXT = 20_000
MAX_ITEMS = 100_000
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


class Defect(TypedDict):
    """One place in a value that JSON can't hold."""

    path: list[str | int]
    kind: str
    """"type", "non-finite", "key", "cycle" or "size"."""
    type: str
    """Qualified name of the offending value's type."""
    repr: str


def safe_repr(value: object, limit: int = 200) -> str:
    """``repr(value)`` cut to ``limit`` characters; never raises, whatever the pack's repr does.

    Memory addresses are left out: the same value must read the same in every run.
    """
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}: repr raised {type(error).__name__}>"
    text = _ADDRESS.sub("", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def type_name(value: object) -> str:
    kind = type(value)
    # The host names a pack's modules by their path: the folders above the pack say nothing.
    module = str(kind.__module__).rpartition("/")[2]
    prefix = "" if module == "builtins" else module + "."
    return prefix + kind.__qualname__


def to_plain(value: Any) -> tuple[Any, list[Defect]]:
    """Return ``(plain, defects)``: JSON data equal to what ``json.dumps`` writes for ``value``.

    Tuples become lists; subclasses of str, int and float (string enums among them) become the plain
    value, as the json module writes them.
    """
    walk = _Walk()
    return walk.plain(value), walk.defects


_ATOMS = frozenset({bool, int, type(None)})
"""Types whose values are JSON as they are; exactly these, for a subclass may write itself anew."""


class _Walk:
    """One way through a value. Most values are plain already, so that case comes first and fast."""

    def __init__(self) -> None:
        self.defects: list[Defect] = []
        self._path: list[str | int] = []
        """Where the walk is now."""
        self._above: set[int] = set()
        """Identities of the containers around it."""

    def plain(self, value: Any) -> Any:
        kind = type(value)
        if kind in _ATOMS or (kind is str and value.isascii() and len(value) <= MAX_TEXT):
            return value
        if isinstance(value, (list, tuple, dict)):
            return self._container(value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else self._defect(value, "non-finite")
        return self._defect(value, "type")

    def _container(self, value: list[Any] | tuple[Any, ...] | dict[Any, Any]) -> Any:
        if id(value) in self._above or len(self._above) > MAX_DEPTH:
            return self._defect(type(value), "cycle")
        if len(value) > MAX_ITEMS:
            return self._defect(type(value), "size")
        self._above.add(id(value))
        plain = self._dict(value) if isinstance(value, dict) else self._list(value)
        self._above.discard(id(value))
        return plain

    def _list(self, value: list[Any] | tuple[Any, ...]) -> list[Any]:
        plain = []
        path = self._path
        path.append(0)
        for index, item in enumerate(value):
            if type(item) in _ATOMS:
                plain.append(item)
            else:
                path[-1] = index
                plain.append(self.plain(item))
        path.pop()
        return plain

    def _dict(self, value: dict[Any, Any]) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        path = self._path
        path.append("")
        for key, item in value.items():
            if type(key) is str and type(item) in _ATOMS:
                plain[key] = item
                continue
            name = path[-1] = str.__str__(key) if isinstance(key, str) else safe_repr(key)
            if not isinstance(key, str):
                self._defect(key, "key")
            plain[name] = self.plain(item)
        path.pop()
        return plain

    def _text(self, value: str) -> str:
        text = str.__str__(value)
        if len(text) > MAX_TEXT:
            self._defect(value[:50], "size")
            text = text[:MAX_TEXT]
        # A lone surrogate can't be written as UTF-8; JSON escapes it, so it is legal but kept seen.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    def _defect(self, value: Any, kind: str) -> str:
        text = safe_repr(value)
        self.defects.append(
            {"path": list(self._path), "kind": kind, "type": type_name(value), "repr": text}
        )
        return text
