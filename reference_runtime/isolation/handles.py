"""Values that stay in their worker, and what the host holds of them.

The worker keeps each value under a number until the host has dropped it. The host holds a
``Handle``; when the last reference to it dies, the worker is told with the next message. A worker
that died took its values along: their handles are stale, and say so.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from reference_runtime.engine.nodehost import Perishable


class StaleHandle(Exception):
    """The value that a handle stood for is gone."""


class HandleTable:
    """The worker's side: values by number."""

    def __init__(self) -> None:
        self._values: dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def __len__(self) -> int:
        return len(self._values)

    def put(self, value: Any) -> int:
        """Keep a value until ``drop``; a value that is put again has one number more."""
        number = next(self._numbers)
        self._values[number] = value
        return number

    def get(self, number: Any) -> Any:
        """Raises StaleHandle."""
        try:
            return self._values[number]
        except (KeyError, TypeError):
            raise StaleHandle(f"there is no value {number!r} here (any more)") from None

    def drop(self, numbers: list[int]) -> None:
        for number in numbers:
            self._values.pop(number, None)


class Handle(Perishable):
    """The host's side: a value in a worker. Equal only to itself; may be held as long as wanted.

    ``owner`` tells the worker's pack, ``kind`` the type's name over there.
    """

    __slots__ = ("__weakref__", "_holder", "epoch", "kind", "moved", "number")

    def __init__(self, holder: Holder, number: int, kind: str) -> None:
        self._holder = holder
        self.number = number
        self.kind = kind
        self.epoch = holder.epoch
        self.moved: dict[Any, Handle] = {}
        """The same value in other workers, by their holder."""
        holder.count += 1
        dropped = weakref.finalize(self, holder.dropped, self.epoch, number)
        dropped.atexit = False

    @property
    def holder(self) -> Holder:
        return self._holder

    @property
    def stale(self) -> bool:
        return self.epoch != self._holder.epoch

    def check(self) -> int:
        """The number. Raises StaleHandle."""
        if self.stale:
            raise StaleHandle(
                f"a {self.kind} of {self._holder.owner} is gone: the worker that held it ended"
            )
        return self.number

    def __repr__(self) -> str:
        state = ", stale" if self.stale else ""
        return f"<{self.kind} in {self._holder.owner}, {self.number}{state}>"


class Holder:
    """All handles on one pack's worker; ``epoch`` counts the workers that the pack has had.

    ``on_dropped`` is called, in any thread, when there is something to tell and nothing was before.
    """

    def __init__(self, owner: str, on_dropped: Callable[[], None]) -> None:
        self.owner = owner
        self.epoch = 0
        self.count = 0
        """Handles that are held."""
        self._on_dropped = on_dropped
        self._dropped: deque[int] = deque()

    def next_epoch(self) -> None:
        """The worker was replaced: all handles are stale."""
        self.epoch += 1
        self._dropped.clear()

    def dropped(self, epoch: int, number: int) -> None:
        self.count -= 1
        if epoch == self.epoch:
            self._dropped.append(number)
            if len(self._dropped) == 1:
                self._on_dropped()

    @property
    def has_dropped(self) -> bool:
        return bool(self._dropped)

    def take_dropped(self) -> list[int]:
        """Numbers to tell the worker."""
        taken = []
        while self._dropped:
            taken.append(self._dropped.popleft())
        return taken
