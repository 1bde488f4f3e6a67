"""A Python value as strict JSON, and back: exactly, or not at all.

The wire form is ``{"data": ..., "tags": [[path, tag, payload], ...], "blocks": [...]}``. ``data``
is plain JSON. What JSON can't say stands in ``tags``, addressed by its path in ``data`` (keys and
indices), so that nothing that a user puts into a dict can pose as a tag. ``blocks`` name the bytes
of tensors, which lie elsewhere (see ``tensors`` and ``arena``).

Tags are in the order in which a reader applies them: what is inside a container comes before it.
Nothing is imported or called by a name in a message. Classes that the reader can't know
(dataclasses, named tuples, members of enumerations) arrive as a ``Record``, unless the reader gives
a ``Resolve``.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import math
import struct
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from reference_runtime.plain import safe_repr

Wire = dict[str, Any]
Path = tuple[Any, ...]
MAX_DEPTH = 150
"""Containers within each other. JSON of a deeper value overflows the stack of some decoders."""
_INT_RANGE = -(1 << 63), 1 << 64


class NotTransferable(Exception):
    """A value, or a part of it, can't leave its process. ``path``: where, as Python writes it."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = "value" + "".join(f"[{key!r}]" for key in path)
        self.why = why
        super().__init__(f"{self.path}: {why}")


class BadValue(Exception):
    """What came is not the wire form of a value."""


@dataclasses.dataclass(frozen=True)
class Record:
    """An instance of a class that is not known here.

    ``kind``: dataclass, namedtuple or enum; ``name``: module and qualified name of the class;
    ``fields``: its fields in order (of an enum: ``name`` and ``value``).
    """

    kind: str
    name: str
    fields: dict[str, Any]


Resolve = Callable[[Record], Any]
"""Makes the instance that a record describes; returns the record itself when it can't."""


class Extra:
    """Values of other kinds: tensors, arrays, handles. Stateful: one instance per message."""

    def encode(self, value: Any, path: Path) -> tuple[str, Any] | None:
        """Tag and payload (JSON); None when the value is none of this kind.

        Raises NotTransferable.
        """
        return None

    def blocks(self) -> list[Any]:
        """The blocks that payloads refer to, after everything was encoded."""
        return []

    def decode(self, tag: str, payload: Any, data: Any) -> Any:
        """The value. Raises BadValue, also for an unknown tag."""
        raise BadValue(f"unknown tag {tag!r}")


def encode(value: Any, extra: Extra | None = None) -> Wire:
    """The wire form. Raises NotTransferable, which names the part that can't be sent."""
    encoder = _Encoder(extra or Extra())
    data = encoder.put(value, ())
    wire: Wire = {"data": data}
    if encoder.tags:
        wire["tags"] = encoder.tags
    blocks = encoder.extra.blocks()
    if blocks:
        wire["blocks"] = blocks
    return wire


def is_plain(value: Any) -> bool:
    """Whether the value is JSON as it stands, with nothing lost on the way there and back."""
    encoder = _Encoder(Extra())
    try:
        encoder.put(value, ())
    except NotTransferable:
        return False
    return not encoder.tags


class _Encoder:
    def __init__(self, extra: Extra) -> None:
        self.extra = extra
        self.tags: list[list[Any]] = []
        self._within: set[int] = set()

    def put(self, value: Any, path: Path) -> Any:
        """What stands in ``data`` for the value; notes its tag."""
        if value is None or value is True or value is False:
            return value
        writer = _WRITERS.get(type(value))
        if writer is not None:
            return writer(self, value, path)
        return self._other(value, path)

    def tag(self, path: Path, tag: str, payload: Any = None, data: Any = None) -> Any:
        self.tags.append([list(path), tag, payload])
        return data

    def put_int(self, value: int, path: Path) -> Any:
        if _INT_RANGE[0] <= value < _INT_RANGE[1]:
            return value
        return self.tag(path, "int", hex(value))

    def put_float(self, value: float, path: Path) -> Any:
        if math.isfinite(value):
            return value
        return self.tag(path, "float", struct.pack(">d", value).hex())

    def put_str(self, value: str, path: Path) -> Any:
        if value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:  # lone surrogates: no UTF-8, so no JSON
            return self.tag(path, "str", _text(value.encode("utf-8", "surrogatepass")))
        return value

    def put_bytes(self, value: bytes, path: Path) -> Any:
        return self.tag(path, "bytes", _text(value))

    def put_bytearray(self, value: bytearray, path: Path) -> Any:
        return self.tag(path, "bytearray", _text(bytes(value)))

    def put_complex(self, value: complex, path: Path) -> Any:
        return self.tag(path, "complex", struct.pack(">dd", value.real, value.imag).hex())

    def put_list(self, value: list[Any], path: Path) -> Any:
        key = self._enter(value, path)
        data = [self.put(item, (*path, index)) for index, item in enumerate(value)]
        self._within.discard(key)
        return data

    def put_tuple(self, value: Any, path: Path) -> Any:
        return self._sequence("tuple", value, path)

    def put_set(self, value: Any, path: Path) -> Any:
        return self._sequence("set", value, path)

    def put_frozenset(self, value: Any, path: Path) -> Any:
        return self._sequence("frozenset", value, path)

    def _sequence(self, tag: str, value: Any, path: Path) -> Any:
        key = self._enter(value, path)
        data = [self.put(item, (*path, index)) for index, item in enumerate(value)]
        self._within.discard(key)
        return self.tag(path, tag, None, data)

    def put_dict(self, value: dict[Any, Any], path: Path) -> Any:
        if not _are_plain_keys(value):
            pairs = [[key, item] for key, item in value.items()]
            return self.tag(path, "dict", None, self._inside(value, pairs, path))
        within = self._enter(value, path)
        data = {key: self.put(item, (*path, key)) for key, item in value.items()}
        self._within.discard(within)
        return data

    def _inside(self, value: Any, contents: Any, path: Path) -> Any:
        key = self._enter(value, path)
        data = self.put(contents, path)
        self._within.discard(key)
        return data

    def _enter(self, value: Any, path: Path) -> int:
        """The key under which the container is noted until all in it was put."""
        key = id(value)  # once: it is slow where audit hooks listen
        if key in self._within:
            raise NotTransferable(path, "it contains itself")
        if len(self._within) >= MAX_DEPTH:
            raise NotTransferable(path[:8], f"more than {MAX_DEPTH} containers within each other")
        self._within.add(key)
        return key

    def _other(self, value: Any, path: Path) -> Any:
        found = self.extra.encode(value, path)
        if found is not None:
            return self.tag(path, *found)
        if isinstance(value, Record):
            return self._record(value, value, path)
        if isinstance(value, enum.Enum):
            fields = {"name": value.name, "value": value.value}
            return self._record(value, Record("enum", _name_of(value), fields), path)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            return self._record(value, Record("dataclass", _name_of(value), fields), path)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            fields = dict(zip(value._fields, value, strict=True))
            return self._record(value, Record("namedtuple", _name_of(value), fields), path)
        if isinstance(value, PurePath):
            return self.tag(path, "path", None, self.put(str(value), path))
        raise NotTransferable(path, f"{_name_of(value)} can't be sent: {safe_repr(value, 80)}")

    def _record(self, value: Any, record: Record, path: Path) -> Any:
        data = self._inside(value, record.fields, path)
        return self.tag(path, "record", [record.kind, record.name], data)


def _are_plain_keys(value: dict[Any, Any]) -> bool:
    for key in value:  # noqa: SIM110 - no generator: this is most of the cost of a message
        if type(key) is not str or not key.isascii():
            return False
    return True


_WRITERS: dict[type, Callable[[_Encoder, Any, Path], Any]] = {
    kind: getattr(_Encoder, f"put_{kind.__name__}")
    for kind in (int, float, str, bytes, bytearray, complex, list, tuple, set, frozenset, dict)
}


def _name_of(value: Any) -> str:
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


# --- back ---------------------------------------------------------------------------------------


def decode(wire: Any, extra: Extra | None = None, resolve: Resolve | None = None) -> Any:
    """The value, made out of the lists and dicts of ``wire`` itself, which is of no use afterwards.

    Raises BadValue for what ``encode`` doesn't make.
    """
    if not isinstance(wire, dict) or "data" not in wire:
        raise BadValue("no wire form of a value")
    top = [wire["data"]]
    reader = _Reader(extra or Extra(), resolve or (lambda record: record))
    for entry in wire.get("tags", ()):
        reader.apply(top, entry)
    return top[0]


class _Reader:
    def __init__(self, extra: Extra, resolve: Resolve) -> None:
        self._extra = extra
        self._resolve = resolve

    def apply(self, top: list[Any], entry: Any) -> None:
        """Replace what stands at the path of the tag by what the tag says."""
        try:
            path, tag, payload = entry
            parent, key = top, 0
            for step in path:
                parent, key = parent[key], step
            parent[key] = self._value(tag, payload, parent[key])
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, struct.error) as error:
            raise BadValue(f"a tag makes no sense ({error}): {safe_repr(entry, 100)}") from None

    def _value(self, tag: Any, payload: Any, data: Any) -> Any:
        if tag == "record":
            return self._record(payload, data)
        reader = _READERS.get(tag)
        return reader(payload, data) if reader else self._extra.decode(tag, payload, data)

    def _record(self, payload: Any, data: Any) -> Any:
        kind, name = payload
        if not isinstance(kind, str) or not isinstance(name, str) or not isinstance(data, dict):
            raise ValueError("no record")
        return self._resolve(Record(kind, name, data))


def _bytes(payload: Any) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _complex(payload: Any) -> complex:
    return complex(*struct.unpack(">dd", bytes.fromhex(payload)))


_READERS: dict[str, Callable[[Any, Any], Any]] = {
    "int": lambda payload, data: int(payload, 16),
    "float": lambda payload, data: struct.unpack(">d", bytes.fromhex(payload))[0],
    "str": lambda payload, data: _bytes(payload).decode("utf-8", "surrogatepass"),
    "bytes": lambda payload, data: _bytes(payload),
    "bytearray": lambda payload, data: bytearray(_bytes(payload)),
    "complex": lambda payload, data: _complex(payload),
    "tuple": lambda payload, data: tuple(data),
    "set": lambda payload, data: set(data),
    "frozenset": lambda payload, data: frozenset(data),
    "dict": lambda payload, data: dict(data),
    "path": lambda payload, data: PurePath(data),
}
