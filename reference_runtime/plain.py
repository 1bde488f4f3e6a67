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
    defects: list[Defect] = []
    return _plain(value, [], defects, ()), defects


def _defect(value: Any, path: list[str | int], kind: str, out: list[Defect]) -> str:
    text = safe_repr(value)
    out.append({"path": list(path), "kind": kind, "type": type_name(value), "repr": text})
    return text


def _plain(value: Any, path: list[str | int], out: list[Defect], above: tuple[int, ...]) -> Any:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _plain_text(value, path, out)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _defect(value, path, "non-finite", out)
    if not isinstance(value, (list, tuple, dict)):
        return _defect(value, path, "type", out)
    if id(value) in above or len(above) > MAX_DEPTH:
        return _defect(type(value), path, "cycle", out)
    if len(value) > MAX_ITEMS:
        return _defect(type(value), path, "size", out)
    above = (*above, id(value))
    if isinstance(value, dict):
        return _plain_dict(value, path, out, above)
    return [_plain(item, [*path, i], out, above) for i, item in enumerate(value)]


def _plain_text(value: str, path: list[str | int], out: list[Defect]) -> str:
    text = str.__str__(value)
    if len(text) > MAX_TEXT:
        _defect(value[:50], path, "size", out)
        text = text[:MAX_TEXT]
    # A lone surrogate can't be written as UTF-8; JSON escapes it, so it is legal but kept visible.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain_dict(
    value: dict[Any, Any], path: list[str | int], out: list[Defect], above: tuple[int, ...]
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        name = str.__str__(key) if isinstance(key, str) else safe_repr(key)
        if not isinstance(key, str):
            _defect(key, [*path, name], "key", out)
        plain[name] = _plain(item, [*path, name], out, above)
    return plain
