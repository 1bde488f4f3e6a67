"""What is said of a value that stays in the worker: its summary and its digest.

Torch and numpy are recognised without importing them: without either loaded no value is of theirs.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from reference_runtime.plain import safe_repr, type_name

MAX_DEPTH = 6
MAX_PARTS = 32
MAX_TEXT = 200


class Summary(TypedDict):
    """What is told of a value, as JSON. Fields that don't fit its kind are None or 0."""

    kind: str
    """"tensor", "array" (numpy), "dict", "list" (tuples too), "value" (plain, numpy scalars too) or
    "object"."""
    type: str
    """Qualified name of its Python type."""
    shape: list[int] | None
    dtype: str | None
    """Without the library's name: "float32"."""
    device: str | None
    min: float | None
    """Of the finite elements; None without one."""
    max: float | None
    nan: int
    """How many elements are NaN."""
    inf: int
    digest: str
    """Equal for equal values; "" where there is no way to tell."""
    text: str
    """Short, for people."""
    parts: dict[str, Any] | list[Any] | None
    """Summaries of what a dict, list or object holds, bounded in depth and number."""


def summary(value: Any, depth: int = 0) -> Summary:
    """The summary of any value; never raises."""
    facts = _blank(value)
    if _is_tensor(value):
        _of_tensor(facts, value)
    elif (tensor := _as_tensor(value)) is not None:
        _of_tensor(facts, tensor)
        facts["kind"] = "array" if tensor.dim() else "value"
    elif isinstance(value, (bool, int, float)):
        _of_number(facts, value)
    elif isinstance(value, (str, bytes, type(None))):
        facts["kind"] = "value"
    else:
        facts["kind"], inner = _inside(value)
        if depth < MAX_DEPTH and inner is not None:
            facts["parts"] = _parts(inner, depth)
            facts["text"] = _joined(facts, len(inner))
    facts["digest"] = digest(value)
    return facts


def _blank(value: Any) -> Summary:
    return {
        "kind": "object", "type": type_name(value), "shape": None, "dtype": None, "device": None,
        "min": None, "max": None, "nan": 0, "inf": 0, "digest": "",
        "text": _plain_text(value), "parts": None,
    }  # fmt: skip


def _plain_text(value: Any) -> str:
    """Of containers only the type: their text is made of that of their parts."""
    is_large = _is_tensor(value) or isinstance(value, (Mapping, list, tuple))
    return type_name(value) if is_large else safe_repr(value, MAX_TEXT)


def _joined(facts: Summary, count: int) -> str:
    """The text of a container or object from its parts; ``count``: how many there are."""
    parts = facts["parts"]
    assert parts is not None
    if isinstance(parts, dict):
        words = [f"{name}: {part['text']}" for name, part in parts.items()]
    else:
        words = [part["text"] for part in parts]
    inside = ", ".join(words) + (", …" if count > len(words) else "")
    inside = inside if len(inside) <= MAX_TEXT else inside[: MAX_TEXT - 1] + "…"
    if facts["kind"] == "object":
        return f"{facts['type']}({inside})"
    return f"{{{inside}}}" if isinstance(parts, dict) else f"[{inside}]"


def _inside(value: Any) -> tuple[str, Any]:
    """The kind of a container or object, and what it holds, as a dict or list."""
    if isinstance(value, Mapping):
        return "dict", value
    if isinstance(value, (list, tuple)):
        return "list", value
    if isinstance(value, type) or callable(value) or not hasattr(value, "__dict__"):
        return "object", None
    return "object", vars(value)


def _parts(inner: Any, depth: int) -> dict[str, Any] | list[Any]:
    if isinstance(inner, Mapping):
        names = list(inner)[:MAX_PARTS]
        return {str(name): summary(inner[name], depth + 1) for name in names}
    return [summary(each, depth + 1) for each in inner[:MAX_PARTS]]


def _is_tensor(value: Any) -> bool:
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _as_tensor(value: Any) -> Any:
    """A numpy array or number as a tensor; None for what is none or that torch can't hold."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is None or torch is None or not isinstance(value, (numpy.ndarray, numpy.generic)):
        return None
    try:
        return torch.from_numpy(numpy.array(value))
    except TypeError:
        return None


def _of_number(facts: Summary, value: float) -> None:
    facts["kind"] = "value"
    if isinstance(value, float):
        facts["nan"], facts["inf"] = int(math.isnan(value)), int(math.isinf(value))
    try:
        number = float(value)
    except OverflowError:
        return
    if math.isfinite(number):
        facts["min"] = facts["max"] = number


def _of_tensor(facts: Summary, tensor: Any) -> None:
    facts["kind"] = "tensor"
    facts["shape"] = [int(length) for length in tensor.shape]
    facts["dtype"] = str(tensor.dtype).rpartition(".")[2]
    facts["device"] = str(tensor.device)
    # Sparse, quantised, on a device without memory: some tensors can't be measured.
    with contextlib.suppress(RuntimeError, NotImplementedError, TypeError):
        _measure(facts, tensor.detach())
    facts["text"] = _tensor_text(facts)


def _measure(facts: Summary, tensor: Any) -> None:
    torch: Any = sys.modules["torch"]
    if not tensor.numel():
        return
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor)
    if not tensor.is_floating_point():
        facts["min"], facts["max"] = (float(each) for each in (tensor.min(), tensor.max()))
        return
    tensor = tensor.float() if tensor.element_size() < 4 else tensor
    least, most = torch.aminmax(tensor)
    if math.isfinite(float(least)) and math.isfinite(float(most)):
        facts["min"], facts["max"] = float(least), float(most)
        return
    facts["nan"], facts["inf"] = int(tensor.isnan().sum()), int(tensor.isinf().sum())
    finite = tensor[torch.isfinite(tensor)]
    if finite.numel():
        facts["min"], facts["max"] = float(finite.min()), float(finite.max())


def _tensor_text(facts: Summary) -> str:
    size = "x".join(map(str, facts["shape"] or [])) or "single"
    span = "" if facts["min"] is None else f", {facts['min']:.4g} to {facts['max']:.4g}"
    odd = "".join(f", {facts[word]} {word}" for word in ("nan", "inf") if facts[word])
    return f"{facts['dtype']} {size}{span}{odd}"


# --- digests --------------------------------------------------------------------------------------


def digest(value: Any) -> str:
    """Hex text, equal for values that are equal bit by bit; "" where there is no way to tell."""
    found = hashlib.sha256()
    try:
        for piece in _pieces(value, 0):
            found.update(piece)
    except _Opaque:
        return ""
    return found.hexdigest()[:24]


class _Opaque(Exception):
    """A value of which only the address is known."""


def _pieces(value: Any, depth: int) -> Iterator[bytes]:
    tensor = value if _is_tensor(value) else _as_tensor(value)
    if tensor is not None:
        yield from _tensor_pieces(tensor)
    elif value is None or isinstance(value, (bool, int, float, str, bytes)):
        yield f"{type_name(value)}:{value!r};".encode("utf-8", "surrogatepass")
    elif depth > MAX_DEPTH * 2:
        raise _Opaque
    else:
        kind, inner = _inside(value)
        if inner is None:
            raise _Opaque
        yield f"{kind}:{type_name(value)}:{len(inner)}(".encode()
        yield from _inner_pieces(inner, depth)
        yield b")"


def _inner_pieces(inner: Any, depth: int) -> Iterator[bytes]:
    if not isinstance(inner, Mapping):
        for each in inner:
            yield from _pieces(each, depth + 1)
        return
    for name in inner:
        yield safe_repr(name).encode("utf-8", "surrogatepass")
        yield from _pieces(inner[name], depth + 1)


def _tensor_pieces(tensor: Any) -> Iterator[bytes]:
    torch: Any = sys.modules["torch"]
    yield f"{tensor.dtype}{list(tensor.shape)}:".encode()
    try:
        plain = tensor.detach().cpu().contiguous().reshape(-1)
        plain = torch.view_as_real(plain).reshape(-1) if plain.is_complex() else plain
        yield plain.view(torch.uint8).numpy().tobytes()
    except (RuntimeError, TypeError, NotImplementedError):
        raise _Opaque from None
