"""What a trip over the wire changed of a value: nothing, or what and where, bit for bit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from reference_runtime.exercise.facts import Loss, LossFacts
from reference_runtime.exercise.values import is_array, is_tensor, parts
from reference_runtime.plain import safe_repr, type_name

MAX_DEPTH = 12
MAX_LOSSES = 20
MAX_SHARING = 64
"""Tensors of one value of which it is looked at who shares memory with whom."""


def losses(path: str, before: Any, after: Any) -> list[LossFacts]:
    """All places (bounded) where ``after`` is not what ``before`` is."""
    found = [*_lost(path, before, after, 0)][:MAX_LOSSES]
    return found or [*_unshared(path, before, after)][:1]


def loss(what: Loss, path: str, detail: str) -> LossFacts:
    return {"what": what, "path": path, "detail": detail}


def _lost(path: str, before: Any, after: Any, depth: int) -> Iterator[LossFacts]:
    if type(before) is not type(after):
        yield loss("type", path, f"{type_name(before)} comes back as {_name(after)}")
    elif depth > MAX_DEPTH or before is after:
        return
    elif is_tensor(before) or is_array(before):
        yield from _of_numbers(path, before, after)
    else:
        yield from _inside(path, before, after, depth)
    if type(before) is type(after):
        yield from _attributes(path, before, after, depth)


def _name(value: Any) -> str:
    """A record stands for an instance of a class that can't be found by its name."""
    name = type_name(value)
    return "a record of its fields" if name.endswith("values.Record") else name


def _inside(path: str, before: Any, after: Any, depth: int) -> Iterator[LossFacts]:
    if isinstance(before, dict):
        if list(before) != list(after):
            yield loss("content", path, "the keys, or their order, are others")
            return
        for key in before:
            yield from _lost(f"{path}[{key!r}]", before[key], after[key], depth + 1)
    elif isinstance(before, (list, tuple)):
        if len(before) != len(after):
            yield loss("content", path, f"{len(before)} elements before, {len(after)} after")
            return
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _lost(f"{path}[{index}]", *pair, depth + 1)
    elif isinstance(before, _PLAIN) and _exact(before) != _exact(after):
        yield loss("content", path, f"{safe_repr(before, 80)} before, {safe_repr(after, 80)} after")


_PLAIN = (bool, int, float, complex, str, bytes, bytearray, set, frozenset)


def _exact(value: Any) -> Any:
    """Something whose equality tells NaN from numbers, and -0.0 from 0.0."""
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, complex):
        return value.real.hex(), value.imag.hex()
    return value


def _attributes(path: str, before: Any, after: Any, depth: int) -> Iterator[LossFacts]:
    """What hangs on an instance besides its contents."""
    if isinstance(before, type) or callable(before):
        return
    had, has = (getattr(value, "__dict__", None) or {} for value in (before, after))
    for name in had:
        if name not in has:
            yield loss("content", path, f"the attribute {name!r} is lost")
        elif not name.startswith("__"):
            yield from _lost(f"{path}.{name}", had[name], has[name], depth + 1)


# --- tensors and arrays ---------------------------------------------------------------------------


def _of_numbers(path: str, before: Any, after: Any) -> Iterator[LossFacts]:
    for name, one, other in zip(_TOLD, _form(before), _form(after), strict=True):
        if one != other:
            yield loss("content", path, f"{name} {one} before, {other} after")
            return
    if _bits(before) != _bits(after):
        yield loss("content", path, "other bits")


_TOLD = ("dtype", "shape", "device", "requires_grad", "writeable")


def _form(value: Any) -> tuple[Any, ...]:
    if is_array(value):
        return str(value.dtype), list(value.shape), "", False, bool(value.flags.writeable)
    return (
        str(value.dtype), list(value.shape), str(value.device), bool(value.requires_grad), True,
    )  # fmt: skip


def _bits(value: Any) -> bytes:
    if is_array(value):
        return bytes(value.tobytes())
    torch: Any = sys.modules["torch"]
    plain = value.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    plain = torch.view_as_real(plain).reshape(-1) if plain.is_complex() else plain
    return bytes(plain.view(torch.uint8).numpy().tobytes())


def _unshared(path: str, before: Any, after: Any) -> Iterator[LossFacts]:
    """Tensors that overlapped in memory, and no longer do."""
    was, now = _spans(before), _spans(after)
    for one, other in combinations([name for name in was if name in now], 2):
        if _overlap(was[one], was[other]) and not _overlap(now[one], now[other]):
            detail = f"no longer shares its memory with {path}{other}"
            yield loss("shared", f"{path}{one}", detail)


def _spans(value: Any) -> dict[str, tuple[int, int]]:
    """Address of the first byte, and of the end, by path."""
    found: dict[str, tuple[int, int]] = {}
    for path, part in parts(value):
        if is_tensor(part) and part.numel() and len(found) < MAX_SHARING:
            reach = sum((n - 1) * s for n, s in zip(part.shape, part.stride(), strict=True))
            size = (reach + 1) * part.element_size()
            found[path] = (part.data_ptr(), part.data_ptr() + size)
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
