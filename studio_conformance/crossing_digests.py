"""Outputs of the same case in two workers, compared by what each told of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from reference_runtime.exercise.facts import CaseFacts

OURS = ("<host>", "<scratch>")
"""Stand for folders that each worker has for itself."""
SLACK = 1e-3
DATA = ("tensor", "array", "value", "dict", "list")


def unlike(one: CaseFacts, other: CaseFacts) -> Iterator[tuple[str, str]]:
    """Path and words of each output that two workers do not agree about."""
    for left, right in zip(one["outputs"], other["outputs"], strict=False):
        pairs = zip(left["items"], right["items"], strict=False)
        for number, (here, there) in enumerate(pairs):
            place = f"[{number}]" if left["count"] > 1 else ""
            yield from _unlike(f"output {left['index']}{place}", here, there)


def _unlike(path: str, here: Any, there: Any) -> Iterator[tuple[str, str]]:
    """The innermost parts that differ; nothing where that can't be told."""
    if not here["digest"] or here["digest"] == there["digest"] or here["kind"] not in DATA:
        return
    inner = [*_parts(here, there)]
    if inner:
        for step, pair in inner:
            yield from _unlike(f"{path}{step}", *pair)
    elif not _the_same(here, there):
        yield path, f"{here['text']} and {there['text']}"


def _parts(here: Any, there: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    one, other = here["parts"], there["parts"]
    if isinstance(one, dict) and isinstance(other, dict) and [*one] == [*other]:
        for name in one:
            yield f"[{name!r}]", (one[name], other[name])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield f"[{index}]", pair


def _the_same(here: Any, there: Any) -> bool:
    """Texts that name folders of ours; numbers that may differ by rounding alone."""
    if here["kind"] == "value" and here["dtype"] is None and here["min"] is None:
        return here["text"] == there["text"] or any(own in here["text"] for own in OURS)
    if not str(here["dtype"] or here["type"]).startswith(("float", "bfloat", "complex")):
        return False
    same = all(here[name] == there[name] for name in ("type", "shape", "dtype", "nan", "inf"))
    return same and _near(here["min"], there["min"]) and _near(here["max"], there["max"])


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=SLACK, abs_tol=1e-6)
