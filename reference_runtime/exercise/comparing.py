"""Where two values, or two runs, do not agree, and by how much."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

from reference_runtime.exercise.facts import CaseFacts, Difference
from reference_runtime.exercise.values import is_array, is_tensor
from reference_runtime.plain import safe_repr, type_name

MAX_DEPTH = 8
MAX_DIFFERENCES = 20


def differences(path: str, first: Any, second: Any, depth: int = 0) -> list[Difference]:
    """All places (bounded) where ``second`` is not what ``first`` is."""
    if is_array(first) and is_array(second):
        first, second = _as_tensor(first), _as_tensor(second)
    if is_tensor(first) and is_tensor(second):
        return _tensors(path, first, second)
    if type(first) is not type(second):
        return [difference(path, f"{type_name(first)} and {type_name(second)}")]
    if depth > MAX_DEPTH or first is second:
        return []
    if isinstance(first, Mapping):
        return _mappings(path, first, second, depth)
    if isinstance(first, (list, tuple)):
        return _sequences(path, first, second, depth)
    if isinstance(first, (str, bytes, bool, int, float, type(None))):
        return _plain(path, first, second)
    if hasattr(first, "__dict__") and not callable(first):
        return _mappings(path, _fields(first), _fields(second), depth)
    return []  # no way to tell


def _fields(value: Any) -> Mapping[str, Any]:
    """Attributes; of an object of an installed library those that it shows.

    Such a library keeps caches in the others, which differ from run to run. What it offers as an
    array is one field more.
    """
    fields: dict[str, Any] = vars(value)
    if not _is_of_library(type(value)):
        return fields
    shown = {name: each for name, each in fields.items() if not name.startswith("_")}
    try:
        shown["values"] = value.__array__()
    except Exception:
        return shown
    return shown


def _is_of_library(kind: type) -> bool:
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return "site-packages" in file or "dist-packages" in file


def difference(path: str, what: str, *numbers: float | None) -> Difference:
    """Numbers that JSON can't hold are left out: the words tell them."""
    most, share = (
        n if n is not None and math.isfinite(n) else None for n in (*numbers, None, None)[:2]
    )
    return {"path": path, "what": what, "max_abs": most, "max_rel": share}


def outcome_differences(first: CaseFacts, second: CaseFacts) -> list[Difference]:
    """Whether both runs came to the same end."""
    ends = [_end(facts) for facts in (first, second)]
    return [] if ends[0] == ends[1] else [difference("outcome", f"{ends[0]} and {ends[1]}")]


def _end(facts: CaseFacts) -> str:
    failure = facts["failure"]
    return f"{facts['outcome']} {failure['type']}" if failure else facts["outcome"]


def _as_tensor(array: Any) -> Any:
    """For one way of comparing; arrays that torch can't hold stay, and compare as nothing."""
    torch: Any = sys.modules.get("torch")
    try:
        return torch.from_numpy(array) if torch is not None else array
    except TypeError:
        return array


def _tensors(path: str, first: Any, second: Any) -> list[Difference]:
    if first.shape != second.shape:
        return [difference(path, f"shape {list(first.shape)} and {list(second.shape)}")]
    if first.dtype != second.dtype:
        return [difference(path, f"dtype {first.dtype} and {second.dtype}")]
    try:
        most, share, count = _distance(first.detach().cpu(), second.detach().cpu())
    except (RuntimeError, NotImplementedError):
        return []
    if not count:
        return []
    what = f"{count} of {first.numel()} values differ, by at most {most:.6g}"
    return [difference(path, what, most, share)]


def _distance(first: Any, second: Any) -> tuple[float, float, int]:
    """Greatest difference, the same as a share of the greatest value, how many differ."""
    torch: Any = sys.modules["torch"]
    if not first.numel():
        return 0.0, 0.0, 0
    if first.is_complex():
        first, second = torch.view_as_real(first), torch.view_as_real(second)
    first, second = first.double(), second.double()
    same = (first == second) | (first.isnan() & second.isnan())
    count = int((~same).sum())
    if not count:
        return 0.0, 0.0, 0
    apart = (first - second).abs()[~same]
    most = float(apart.nan_to_num(math.inf).max())
    scale = float(first.abs().nan_to_num(0.0, posinf=0.0).max())
    return most, most / scale if scale else math.inf, count


def _plain(path: str, first: Any, second: Any) -> list[Difference]:
    if first == second or (first != first and second != second):
        return []
    what = f"{safe_repr(first, 80)} and {safe_repr(second, 80)}"
    if isinstance(first, (str, bytes, type(None))):
        return [difference(path, what)]
    most = abs(float(first) - float(second))
    return [difference(path, what, most, most / abs(float(first)) if first else math.inf)]


def _mappings(
    path: str, first: Mapping[Any, Any], second: Mapping[Any, Any], depth: int
) -> list[Difference]:
    if set(map(str, first)) != set(map(str, second)):
        return [difference(path, f"keys {sorted(map(str, first))} and {sorted(map(str, second))}")]
    found: list[Difference] = []
    for key in list(first):
        if key in second and len(found) < MAX_DIFFERENCES:
            found += differences(f"{path}[{key!r}]", first[key], second[key], depth + 1)
    return found


def _sequences(path: str, first: Any, second: Any, depth: int) -> list[Difference]:
    if len(first) != len(second):
        return [difference(path, f"{len(first)} elements and {len(second)}")]
    found: list[Difference] = []
    for index, (one, other) in enumerate(zip(first, second, strict=True)):
        if len(found) < MAX_DIFFERENCES:
            found += differences(f"{path}[{index}]", one, other, depth + 1)
    return found
