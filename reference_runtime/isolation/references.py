"""Values in messages between the engine and a worker: plain data inline, all else by handle.

Both sides use ``values`` with an ``Extra`` of this module. A scalar stands for itself. A blocker,
which both sides know, is sent as what it is. Every other object of a pack stays in its worker, and
the host gets a handle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.engine import nodehost
from reference_runtime.isolation.handles import Handle, Holder
from reference_runtime.isolation.values import BadValue, Extra, Path, is_plain

LONG_TEXT = 4096
"""Characters; longer texts stay in the worker."""
_SCALARS = (type(None), bool, int, float)


def stands_for_itself(value: Any) -> bool:
    """Whether a result of a node is sent as it is. Lists and dicts have an identity, and stay."""
    if type(value) is str:
        return len(value) <= LONG_TEXT and is_plain(value)
    return type(value) in _SCALARS and is_plain(value)


def encode_known(value: Any) -> tuple[str, Any] | None:
    """Tag and payload of what both sides know by itself."""
    if isinstance(value, ExecutionBlocker):
        return "blocker", None if value.message is None else str(value.message)
    return None


def decode_known(tag: str, payload: Any) -> Any:
    """Raises BadValue for other tags."""
    if tag == "blocker":
        return ExecutionBlocker(payload)
    raise BadValue(f"unknown tag {str(tag)[:40]!r}")


class InsideRefs(Extra):
    """The worker's side: objects are kept and get a number, numbers become objects again."""

    def __init__(self, keep: Callable[[Any], dict[str, Any]], get: Callable[[Any], Any]) -> None:
        self._keep, self._get = keep, get

    def encode(self, value: Any, path: Path) -> tuple[str, Any] | None:
        if type(value).__module__ == nodehost.__name__:
            return None  # our own records, which hold values
        return self._sent(value)

    def _sent(self, value: Any) -> tuple[str, Any]:
        return encode_known(value) or ("handle", self._keep(value))

    def decode(self, tag: str, payload: Any, data: Any) -> Any:
        if tag == "handle":
            return self._get(payload)
        return decode_known(tag, payload)

    def reference(self, value: Any) -> Any:
        """A node's result: the value in a list of its own, or what stands for it."""
        if stands_for_itself(value):
            return [value]
        tag, payload = self._sent(value)
        return {tag: payload}


class HostRefs(Extra):
    """The host's side, for messages to and from one worker."""

    def __init__(self, holder: Holder) -> None:
        self._holder = holder
        self.foreign: list[Handle] = []
        """Handles on values of other workers that were to be sent; they have to be moved first."""

    def encode(self, value: Any, path: Path) -> tuple[str, Any] | None:
        if isinstance(value, Handle):
            return "handle", self._number(value)
        return encode_known(value)

    def _number(self, handle: Handle) -> int:
        if handle.holder is self._holder:
            return handle.check()
        moved = handle.moved.get(self._holder)
        if moved is None or moved.stale:
            self.foreign.append(handle)
            return 0
        return moved.number

    def decode(self, tag: str, payload: Any, data: Any) -> Any:
        if tag == "handle":
            return self._handle(payload)
        return decode_known(tag, payload)

    def _handle(self, payload: Any) -> Handle:
        number, kind = payload["handle"], payload["kind"]
        if type(number) is not int or not isinstance(kind, str):
            raise BadValue("a handle makes no sense")
        return Handle(self._holder, number, kind)

    def result(self, reference: Any) -> Any:
        """The value that ``InsideRefs.reference`` sent. Raises BadValue."""
        if isinstance(reference, list) and len(reference) == 1:
            return reference[0]
        if isinstance(reference, dict) and len(reference) == 1:
            ((tag, payload),) = reference.items()
            return self.decode(tag, payload, None)
        raise BadValue("a result makes no sense")
