"""Tensors and arrays in messages: their bytes in blocks, all else in the tag.

A tag holds the block, the layout in it (shape, strides, offset, all in elements for tensors and in
bytes for arrays) and the type by name. Tensors that share memory share a block, so they still do so
when they arrive. What has no bytes of its own kind (quantized, nested, unknown subclasses) is
refused. Bytes of the same storage that no view of the message covers are not sent, except between
the elements of a view that has small gaps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_runtime.isolation.exchange import Block, Exchange
from reference_runtime.isolation.values import BadValue, Extra, NotTransferable, Path

MAX_GAPS = 2
"""A view that spans more than so many times its own bytes is sent compactly."""
MAX_DIMENSIONS = 64
_USUAL = frozenset(
    ("float16", "bfloat16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64")
)
"""Types that any bytes are, and that may be viewed as bytes."""


@dataclass(slots=True)
class _Span:
    """A range of addresses that some tensors of the message use."""

    low: int
    high: int
    owner: Any
    """Keeps the memory."""
    block: int = -1


class TensorExtra(Extra):
    """The tensors and arrays of one message. torch and numpy are used only where values need them.

    ``known``: blocks of a message that is decoded; ``fresh``: bytes of one that is encoded are
    copied even where they lie in shared memory.
    """

    def __init__(
        self, exchange: Exchange, known: list[Block] | None = None, *, fresh: bool = False
    ) -> None:
        self._exchange = exchange
        self._fresh = fresh
        self._known = known or []
        self._views: dict[int, tuple[memoryview, int]] = {}
        self._bases: dict[int, Any] = {}
        self._spans: list[_Span] = []
        self._tags: list[tuple[dict[str, Any], _Span, int]] = []
        self._seen: dict[int, tuple[int, Any]] = {}
        self._made: list[Any] = []

    # --- encoding -------------------------------------------------------------------------------

    def encode(self, value: Any, path: Path) -> tuple[str, Any] | None:
        torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._once("tensor", value, path)
        if numpy is not None and isinstance(value, numpy.ndarray):
            return self._once("array", value, path)
        if numpy is not None and isinstance(value, numpy.generic):
            return self._scalar(value, path)
        if torch is not None:
            return _torch_name(torch, value)
        return None

    def _once(self, tag: str, value: Any, path: Path) -> tuple[str, Any]:
        """The same object a second time is a reference to the first."""
        key = id(value)  # once: it is slow where audit hooks listen
        if key in self._seen:
            return "same", self._seen[key][0]
        write = self._tensor if tag == "tensor" else self._array
        payload = write(value, path)
        self._seen[key] = len(self._seen), value
        return tag, payload

    def _tensor(self, tensor: Any, path: Path) -> dict[str, Any]:
        import torch

        _refuse_odd_tensors(torch, tensor, path)
        payload: dict[str, Any] = {"dtype": _torch_dtype_text(tensor.dtype)}
        if type(tensor) is torch.nn.Parameter:
            payload["parameter"] = True
        plain = tensor
        if tensor.requires_grad:
            payload["grad"], plain = True, tensor.detach()
        if not tensor.is_cpu:
            payload["device"] = str(tensor.device)
        if plain.is_conj():
            payload["conj"], plain = True, plain.conj()
        if plain.is_neg():
            payload["neg"], plain = True, torch._neg_view(plain)
        if not plain.is_cpu:
            plain = plain.cpu()
        payload["shape"] = list(plain.shape)
        used = plain.numel() * plain.element_size()
        span = _span_of(plain, used) if used else 0
        if span > MAX_GAPS * used:
            plain, span = plain.clone(memory_format=torch.contiguous_format), used
        payload["strides"] = plain.stride()
        if used:
            self._place(payload, plain.data_ptr(), span, plain)
        return payload

    def _array(self, array: Any, path: Path) -> dict[str, Any]:
        import numpy

        if type(array) is not numpy.ndarray:
            raise NotTransferable(path, f"an array of class {type(array).__name__} can't be sent")
        if array.dtype.hasobject:
            raise NotTransferable(path, "an array of objects can't be sent")
        payload: dict[str, Any] = {"dtype": _dtype_text(array.dtype), "shape": list(array.shape)}
        if not array.flags.writeable:
            payload["readonly"] = True
        low, high = _array_bounds(array)
        if array.size and high - low > MAX_GAPS * array.nbytes:
            array = numpy.ascontiguousarray(array)
            low, high = _array_bounds(array)
        payload["strides"] = list(array.strides)
        payload["before"] = array.__array_interface__["data"][0] - low
        if array.nbytes:
            self._place(payload, low, high - low, array)
        return payload

    def _scalar(self, value: Any, path: Path) -> tuple[str, Any]:
        import numpy

        return "scalar", self._array(numpy.array(value), path)

    def _place(self, payload: dict[str, Any], address: int, size: int, owner: Any) -> None:
        span = _Span(address, address + size, owner)
        self._spans.append(span)
        self._tags.append((payload, span, address))

    def blocks(self) -> list[Block]:
        """Write the spans, overlapping ones as one block, and note in each tag where it lies."""
        if len(self._tags) < 2:
            return [self._write_alone(*tag) for tag in self._tags]
        merged: list[_Span] = []
        for span in sorted(self._spans, key=lambda s: s.low):
            if merged and span.low < merged[-1].high:
                merged[-1].high = max(merged[-1].high, span.high)
            else:
                merged.append(span)
        blocks: list[Block] = []
        for payload, _, address in sorted(self._tags, key=lambda t: t[2]):
            while merged[0].high <= address:
                merged.pop(0)
            if merged[0].block < 0:
                merged[0].block = len(blocks)
                blocks.append(self._write(merged[0], blocks))
            payload["block"] = merged[0].block
            payload["at"] = address - merged[0].low
        return blocks

    def _write_alone(self, payload: dict[str, Any], span: _Span, address: int) -> Block:
        payload["block"], payload["at"] = 0, address - span.low
        return self._write(span, [])

    def _write(self, span: _Span, written: list[Block]) -> Block:
        try:
            return self._exchange.write(span.low, span.high - span.low, fresh=self._fresh)
        except Exception:
            self._exchange.cancel(written)
            raise

    # --- decoding -------------------------------------------------------------------------------

    def decode(self, tag: str, payload: Any, data: Any) -> Any:
        if tag == "same":
            return self._made[payload]
        if tag not in _READERS:
            raise BadValue(f"unknown tag {tag!r}")
        try:
            made = _READERS[tag](self, payload)
        except (RuntimeError, AttributeError, ImportError, MemoryError, AssertionError) as error:
            raise BadValue(f"a {tag} can't be made: {error}") from None
        if tag in ("tensor", "array"):
            self._made.append(made)
        return made

    def _read_tensor(self, payload: Any) -> Any:
        import torch

        dtype = _torch_dtype(payload["dtype"])
        shape, strides = _layout(payload)
        tensor = self._strided(torch, payload, dtype, shape, strides)
        if payload.get("neg"):
            tensor = torch._neg_view(tensor)
        if payload.get("conj"):
            tensor = tensor.conj()
        device = payload.get("device")
        if device is not None and _available(torch, device):
            tensor = tensor.to(device)
        if payload.get("parameter"):
            return torch.nn.Parameter(tensor, requires_grad=bool(payload.get("grad")))
        return tensor.requires_grad_() if payload.get("grad") else tensor

    def _strided(
        self, torch: Any, payload: Any, dtype: Any, shape: list[int], strides: list[int]
    ) -> Any:
        if 0 in shape:
            return torch.empty_strided(shape, strides, dtype=dtype)
        span = 1
        for n, s in zip(shape, strides, strict=True):
            if s < 0:
                raise ValueError("negative strides")
            span += (n - 1) * s
        size = _element_size(torch, dtype)
        view, at = self._view(payload)
        if at + span * size > len(view):
            raise ValueError(f"{span} elements at {at} are not within a block of {len(view)} bytes")
        base = self._base(torch, payload, view, size)
        if at % size or base.data_ptr() % size:
            part = base.view(torch.uint8)[at : at + span * size]
            return part.clone().view(dtype).as_strided(shape, strides)
        if base.dtype is not dtype:
            base = base.view(torch.uint8)[: len(view) // size * size].view(dtype)
        return base.as_strided(shape, strides, at // size)

    def _base(self, torch: Any, payload: Any, view: memoryview, size: int) -> Any:
        """All tensors of a block are views of one, so that they share a storage.

        It has the type of the first one, where that can be: one view less to make.
        """
        base = self._bases.get(payload["block"])
        if base is None:
            same = payload["dtype"] in _USUAL and len(view) % size == 0
            dtype = getattr(torch, payload["dtype"]) if same else torch.uint8
            base = self._bases[payload["block"]] = torch.frombuffer(view, dtype=dtype)
        return base

    def _read_array(self, payload: Any) -> Any:
        import numpy

        dtype = _numpy_dtype(payload["dtype"])
        shape, strides = _layout(payload)
        if 0 in shape or dtype.itemsize == 0:
            return numpy.ndarray(shape, dtype)
        view, at = self._view(payload)
        before = payload["before"]
        reach = [(n - 1) * s for n, s in zip(shape, strides, strict=True)]
        low = at + before + sum(r for r in reach if r < 0)
        high = at + before + sum(r for r in reach if r > 0) + dtype.itemsize
        if low < 0 or high > len(view):
            raise ValueError(f"bytes {low} to {high} are not within a block of {len(view)}")
        array = numpy.ndarray(shape, dtype, view, at + before, strides)
        if payload.get("readonly"):
            array.flags.writeable = False
        return array

    def _read_scalar(self, payload: Any) -> Any:
        return self._read_array(payload)[()]

    def _view(self, payload: Any) -> tuple[memoryview, int]:
        block, at = payload["block"], payload["at"]
        if type(block) is not int or type(at) is not int or at < 0 or block < 0:
            raise ValueError("block and place are whole numbers")
        if block not in self._views:
            self._views[block] = self._exchange.read(self._known[block])
        view, start = self._views[block]
        return view, start + at


_READERS: dict[Any, Callable[[TensorExtra, Any], Any]] = {
    "tensor": TensorExtra._read_tensor,
    "array": TensorExtra._read_array,
    "scalar": TensorExtra._read_scalar,
    "dtype": lambda extra, payload: _torch_dtype(payload),
    "device": lambda extra, payload: _torch_device(payload),
    "size": lambda extra, payload: _torch_size(payload),
}


# --- torch --------------------------------------------------------------------------------------


def _refuse_odd_tensors(torch: Any, tensor: Any, path: Path) -> None:
    """Raises NotTransferable for tensors whose bytes alone don't make them."""
    why = None
    if type(tensor) not in (torch.Tensor, torch.nn.Parameter):
        why = f"a tensor of class {type(tensor).__name__}"
    elif tensor.is_quantized:
        why = f"a quantized tensor ({tensor.dtype})"
    elif tensor.is_nested:
        why = "a nested tensor"
    elif tensor.layout is not torch.strided:
        why = f"a tensor of layout {tensor.layout}"
    elif tensor.is_meta:
        why = "a tensor on the meta device"
    elif torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        why = "a tensor within a function transform"
    if why is not None:
        raise NotTransferable(path, f"{why} is not supported between processes")


def _element_size(torch: Any, dtype: Any) -> int:
    try:
        return int(dtype.itemsize)
    except AttributeError:  # torch before 2.1
        return int(torch.empty(0, dtype=dtype).element_size())


def _span_of(tensor: Any, used: int) -> int:
    """Bytes from the first to the end of the last element; torch's strides are never negative.

    ``used``: bytes of its elements.
    """
    if tensor.is_contiguous():
        return used
    size = tensor.element_size()
    reach = sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True))
    return int((reach + 1) * size)


def _torch_name(torch: Any, value: Any) -> tuple[str, Any] | None:
    if isinstance(value, torch.dtype):
        return "dtype", str(value).removeprefix("torch.")
    if isinstance(value, torch.device):
        return "device", str(value)
    if isinstance(value, torch.Size):
        return "size", list(value)
    return None


_DTYPE_TEXTS: dict[Any, str] = {}


def _torch_dtype_text(dtype: Any) -> str:
    text = _DTYPE_TEXTS.get(dtype)
    if text is None:
        text = _DTYPE_TEXTS[dtype] = str(dtype).removeprefix("torch.")
    return text


def _torch_dtype(name: Any) -> Any:
    import torch

    dtype = getattr(torch, name) if isinstance(name, str) and name.isidentifier() else None
    if not isinstance(dtype, torch.dtype):
        raise ValueError(f"no dtype {str(name)[:40]!r}")
    return dtype


def _torch_device(name: Any) -> Any:
    import torch

    return torch.device(name)


def _torch_size(sizes: Any) -> Any:
    import torch

    return torch.Size(sizes)


def _available(torch: Any, device: Any) -> bool:
    return str(device).startswith("cuda") and bool(torch.cuda.is_available())


# --- numpy --------------------------------------------------------------------------------------


def _array_bounds(array: Any) -> tuple[int, int]:
    """Addresses of the first byte and of the end."""
    start = array.__array_interface__["data"][0]
    reach = [(n - 1) * s for n, s in zip(array.shape, array.strides, strict=True) if n]
    low = start + sum(r for r in reach if r < 0)
    return low, start + sum(r for r in reach if r > 0) + array.itemsize


def _dtype_text(dtype: Any) -> Any:
    """The type as JSON: "<f4", or for a structured one its fields."""
    if dtype.names is None:
        return dtype.str
    offsets = [dtype.fields[name][1] for name in dtype.names]
    formats = [_dtype_text(dtype.fields[name][0]) for name in dtype.names]
    return {"names": list(dtype.names), "formats": formats, "offsets": offsets,
            "itemsize": dtype.itemsize}  # fmt: skip


def _numpy_dtype(text: Any) -> Any:
    import numpy

    if isinstance(text, dict):
        fields: Any = {**text, "formats": [_numpy_dtype(each) for each in text["formats"]]}
        dtype: Any = numpy.dtype(fields)
    elif isinstance(text, str) and text[:1] in "<>|=":
        dtype = numpy.dtype(text)
    else:
        raise ValueError(f"no dtype {str(text)[:40]!r}")
    if dtype.hasobject:
        raise ValueError("a dtype of objects")
    return dtype


def _layout(payload: Any) -> tuple[list[int], list[int]]:
    """Shape and strides. Raises ValueError."""
    shape, strides = payload["shape"], payload["strides"]
    if len(shape) != len(strides) or len(shape) > MAX_DIMENSIONS:
        raise ValueError("shape and strides don't fit")
    for n in shape:
        if type(n) is not int or not 0 <= n < 1 << 62:
            raise ValueError("a shape is of whole numbers, none of them negative")
    for n in strides:
        if type(n) is not int or not -1 << 62 < n < 1 << 62:
            raise ValueError("strides are whole numbers")
    return shape, strides
