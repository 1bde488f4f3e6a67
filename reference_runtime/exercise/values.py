"""Walking the values of a call: marks that tell whether they changed, and who shares memory.

Values are tensors, arrays, plain data, containers and objects that hold such. Torch and numpy are
recognised without importing them.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reference_runtime.exercise.facts import Mutation
from reference_runtime.plain import safe_repr, type_name

MAX_DEPTH = 6
MAX_PARTS = 500
"""Parts of one value that are walked; a whole model in a fake is not read to its last weight."""


class Mark(NamedTuple):
    """What a part of a value looked like."""

    kind: str
    shape: tuple[int, ...]
    """Of tensors and arrays; the length of containers."""
    dtype: str
    content: Any
    """Checksum of the bytes, the keys of a dict, or a text of anything else."""
    identity: int


def is_tensor(value: Any) -> bool:
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_array(value: Any) -> bool:
    numpy: Any = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The value and what is inside it, each with its path ("", "['samples']", "[0]", ".patches").

    Bounded in depth and number; cycles are walked once.
    """
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    seen: set[int] = set()
    count = 0
    while waiting and count < MAX_PARTS:
        path, each, depth = waiting.pop(0)
        yield path, each
        count += 1
        if depth < MAX_DEPTH and id(each) not in seen:
            seen.add(id(each))
            waiting += [(f"{path}{step}", inner, depth + 1) for step, inner in _inside(each)]


def _inside(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(f"[{safe_repr(key, 40)}]", value[key]) for key in list(value)]
    if isinstance(value, (list, tuple)):
        return [(f"[{index}]", each) for index, each in enumerate(value)]
    if is_tensor(value) or is_array(value) or isinstance(value, (type, str, bytes)):
        return []
    if not hasattr(value, "__dict__") or callable(value) or _is_module(value):
        return []
    return [(f".{name}", each) for name, each in vars(value).items()]


def _is_module(value: Any) -> bool:
    return isinstance(value, type(sys))


def marks(value: Any) -> dict[str, Mark]:
    """Each part by its path, as it looks now."""
    return {path: mark(part) for path, part in parts(value)}


def mark(value: Any) -> Mark:
    """How one part looks now, without what is inside it."""
    name = type_name(value)
    if is_tensor(value):
        shape = tuple(int(n) for n in value.shape)
        return Mark(name, shape, str(value.dtype), _tensor_sum(value), id(value))
    if is_array(value):
        return Mark(name, value.shape, str(value.dtype), _array_sum(value), id(value))
    if isinstance(value, Mapping):
        return Mark(name, (len(value),), "", [safe_repr(key, 80) for key in value], id(value))
    if isinstance(value, (list, tuple)):
        return Mark(name, (len(value),), "", None, id(value))
    if isinstance(value, (str, int, float, bool, bytes, type(None))):
        return Mark(name, (), "", value if value == value else "nan", 0)
    held = sorted(vars(value)) if hasattr(value, "__dict__") and not callable(value) else None
    return Mark(name, (), "", held, id(value))


def _tensor_sum(value: Any) -> int | str:
    try:
        plain = value.detach().cpu().contiguous().reshape(-1)
        if plain.is_complex():
            plain = sys.modules["torch"].view_as_real(plain).reshape(-1)
        return zlib.crc32(plain.view(sys.modules["torch"].uint8).numpy())
    except (RuntimeError, TypeError, NotImplementedError):
        return safe_repr(value)  # sparse, quantised, on a device without memory


def _array_sum(value: Any) -> int | str:
    try:
        contiguous = sys.modules["numpy"].ascontiguousarray(value)
        return zlib.crc32(contiguous.view("uint8").reshape(-1))
    except (ValueError, TypeError):
        return safe_repr(value)  # object arrays


def mutations(name: str, before: dict[str, Mark], after: dict[str, Mark]) -> list[Mutation]:
    """How the input ``name`` differs; what is inside a replaced part is not told again."""
    found: list[Mutation] = []
    told: list[str] = []
    for path, was in before.items():
        now = after.get(path)
        if any(path.startswith(above) and path != above for above in told):
            continue
        change = _change(was, now)
        if change is not None:
            told.append(path)
            found.append({"input": name, "path": path, "what": change[0], "detail": change[1]})
    return found


def _change(was: Mark, now: Mark | None) -> Any:
    if now is None or now == was:
        return None  # gone: told of what held it
    if now.kind != was.kind or (now.identity != was.identity and was.identity):
        return "replaced", f"{was.kind} before, {now.kind} after"
    if now.dtype != was.dtype:
        return "dtype", f"{was.dtype} before, {now.dtype} after"
    if isinstance(was.content, list):
        added = [key for key in now.content if key not in was.content]
        gone = [key for key in was.content if key not in now.content]
        what = "keys" if was.shape else "attributes"
        return what, _joined(("added", added), ("removed", gone)) or "order changed"
    if now.shape != was.shape:
        what = "shape" if was.dtype else "length"
        return what, f"{_size(was)} before, {_size(now)} after"
    return (
        "values",
        "the contents changed" if was.dtype else f"{was.content!r} became {now.content!r}",
    )


def _size(mark: Mark) -> str:
    return str(list(mark.shape)) if mark.dtype else str(mark.shape[0])


def _joined(*groups: tuple[str, list[str]]) -> str:
    return "; ".join(f"{word} {', '.join(names[:5])}" for word, names in groups if names)


def memory(value: Any) -> set[int]:
    """Addresses of the storages and mutable containers that the value holds."""
    found: set[int] = set()
    for _, part in parts(value):
        if is_tensor(part):
            found.add(_storage(part))
        elif is_array(part):
            base = part if part.base is None else part.base
            found.add(id(base))
        elif isinstance(part, (list, dict)) and part:
            found.add(id(part))
    return found - {0}


def _storage(tensor: Any) -> int:
    try:
        return int(tensor.untyped_storage().data_ptr())
    except (RuntimeError, NotImplementedError):
        return id(tensor)


def wants_gradients(value: Any) -> bool:
    """Whether a tensor in it asks for gradients."""
    return any(is_tensor(part) and part.requires_grad for _, part in parts(value))
