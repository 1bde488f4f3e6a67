"""Both ends of the wire between a host and an isolated pack, within one worker.

Values take the way they take between processes: the same codec, the same frames, the same shared
memory, mapped twice. So what a trip makes of a value can be compared with the value itself, which
no other process could do.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.exchange import Exchange, host_side, share, worker_side
from reference_runtime.isolation.inside_pack import resolve
from reference_runtime.isolation.memory import NoSharedMemory
from reference_runtime.isolation.tensors import TensorExtra
from reference_runtime.isolation.values import decode, encode

SIZE = 1 << 30
"""Bytes of shared memory in each direction; pages cost nothing before they are written."""


class Wire:
    """``near`` is the host's end, ``far`` the pack's."""

    def __init__(self, size: int = SIZE) -> None:
        try:
            shared = share(size)
        except NoSharedMemory:
            self._near, self._far = Exchange(None, None), Exchange(None, None)
            return
        self._near = host_side(shared)
        self._far = worker_side(shared.host, shared.worker, size, "private")

    def to_pack(self, value: Any) -> Any:
        """The value as the pack gets it. Raises NotTransferable and ArenaFull."""
        message = _framed(encode(value, TensorExtra(self._near)))
        return decode(message, TensorExtra(self._far, message.get("blocks")), resolve)

    def to_host(self, value: Any) -> Any:
        """The value as a host gets it, which knows no class of the pack.

        Raises NotTransferable and ArenaFull.
        """
        message = _framed(encode(value, TensorExtra(self._far)))
        return decode(message, TensorExtra(self._near, message.get("blocks")))

    def there_and_back(self, value: Any) -> Any:
        """A value of the pack after a trip to the host. Raises NotTransferable and ArenaFull."""
        return self.to_pack(self.to_host(value))

    def held(self) -> int:
        """How many blocks that the host wrote the pack still holds; frees all others."""
        self._settle()
        return len(self._near.arena.blocks) if self._near.arena else 0

    def _settle(self) -> None:
        self._near.release(self._far.take_dead())
        self._far.release(self._near.take_dead())
        for end in (self._near, self._far):
            end.collect_own()


def _framed(wire: dict[str, Any]) -> Any:
    """The message as a frame, and read again: a frame holds strict JSON and nothing else."""
    line = rpc.encode(rpc.notification("value", wire))
    return rpc.decode(line.rstrip(b"\n"))["params"]
