"""A loaded pack that serves its host over a channel: the values it keeps, given and taken.

What calls nodes is added by ``methods``; see ``calling`` there.
"""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Callable
from typing import Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.channel import Method, Notice
from reference_runtime.isolation.exchange import Exchange
from reference_runtime.isolation.handles import HandleTable
from reference_runtime.isolation.inside import InsideChannel
from reference_runtime.isolation.tensors import TensorExtra
from reference_runtime.isolation.values import Record, decode, encode


class PackServer:
    """Serves the values of one pack."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.handles = HandleTable()
        self.channel: InsideChannel

    def open(
        self,
        reads: int,
        writes: int,
        methods: dict[str, Method],
        urgent: dict[str, Notice],
    ) -> InsideChannel:
        """The channel; call it in the running loop."""
        own: dict[str, Method] = {
            "value/give": self.give,
            "value/take": self.take,
            "value/echo": self.echo,
            "pack/counts": self.counts,
        }
        notices: dict[str, Notice] = {"value/drop": self.drop}
        self.channel = InsideChannel(reads, writes, {**own, **methods}, notices, urgent)
        self.channel.take_dead = self.exchange.take_counted
        self.channel.on_dead = self._released
        self.exchange.on_dead = self._tell_dead_soon
        return self.channel

    # --- methods ------------------------------------------------------------------------------

    def give(self, params: rpc.Message) -> rpc.Message:
        """The wire form of the value ``number``."""
        return self.wire(self.handles.get(params["number"]))

    def take(self, params: rpc.Message) -> rpc.Message:
        """Keep a value that is given as ``wire``."""
        return self.keep(self.value(params["wire"]))

    def echo(self, params: rpc.Message) -> rpc.Message:
        """A value there and back: what a round trip makes of it. ``fresh``: a copy goes back."""
        return self.wire(self.value(params["wire"]), fresh=params["fresh"])

    def counts(self, params: rpc.Message) -> rpc.Message:
        """What is held, for tests of leaks."""
        arena = self.exchange.arena
        return {"values": len(self.handles), "blocks": len(arena.blocks) if arena else 0}

    def drop(self, params: rpc.Message) -> None:
        """The host has dropped handles ``values`` and views of ``blocks``."""
        self.handles.drop(params["values"])
        self.exchange.release(params["blocks"])
        self._tell_dead()

    # --- used by who calls nodes ----------------------------------------------------------------

    def keep(self, value: Any) -> rpc.Message:
        """Keep the value; the host gets a handle."""
        return {"handle": self.handles.put(value), "kind": kind_of(value)}

    def wire(self, value: Any, *, fresh: bool = False) -> rpc.Message:
        """``fresh``: with copies of bytes that were sent here. Raises NotTransferable."""
        return encode(value, TensorExtra(self.exchange, fresh=fresh))

    def value(self, wire: Any) -> Any:
        """Raises BadValue."""
        return decode(wire, TensorExtra(self.exchange, wire.get("blocks")), resolve)

    def _tell_dead_soon(self) -> None:
        """Called in any thread. Not before the message that may refer to those bytes was sent."""
        self.channel.loop.call_soon_threadsafe(self._tell_dead)

    def _released(self, blocks: list[int]) -> None:
        """The host has told of them along with a request."""
        self.exchange.release(blocks)
        # Then, for it takes some time: after the answer, so the next one tells of them.
        self.channel.loop.call_soon(self.exchange.count_dead)

    def _tell_dead(self) -> None:
        dead = self.exchange.take_dead()
        if dead:
            self.channel.tell("blocks/dead", {"blocks": dead})


def kind_of(value: Any) -> str:
    """The qualified name of the type, short."""
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"[:200]


def resolve(record: Record) -> Any:
    """An instance of a class that this process has already; else the record itself.

    A worker trusts its host, and nothing is imported.
    """
    found: Any = None
    for dot in [i for i, c in enumerate(record.name) if c == "."][::-1]:
        module = sys.modules.get(record.name[:dot])
        if module is not None:
            found = _attribute(module, record.name[dot + 1 :])
            break
    maker = _MAKERS.get(record.kind)
    if maker is None or not isinstance(found, type):
        return record
    return maker(found, record)


def _attribute(module: Any, path: str) -> Any:
    found = module
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _dataclass(kind: Any, record: Record) -> Any:
    if not hasattr(kind, "__dataclass_fields__"):
        return record
    if {field.name for field in dataclasses.fields(kind)} != set(record.fields):
        return record
    # As it was: __init__ and __post_init__ have run where it was made.
    made: Any = object.__new__(kind)
    for name, value in record.fields.items():
        object.__setattr__(made, name, value)
    return made


def _namedtuple(kind: Any, record: Record) -> Any:
    if getattr(kind, "_fields", None) != tuple(record.fields):
        return record
    return kind._make(record.fields.values())


def _enum(kind: Any, record: Record) -> Any:
    name = record.fields.get("name")
    if not issubclass(kind, enum.Enum) or name not in kind.__members__:
        return record
    return kind[name]


_MAKERS: dict[str, Callable[[Any, Record], Any]] = {
    "dataclass": _dataclass,
    "namedtuple": _namedtuple,
    "enum": _enum,
}
