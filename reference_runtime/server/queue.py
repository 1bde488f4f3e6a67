"""Prompts that wait, the one that runs, and what became of those that ran.

Used by the server's event loop alone. Source of the rules: the host's queue and history.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
MAX_HISTORY = 10_000


@dataclass(frozen=True)
class Item:
    """One prompt that was accepted. Smaller numbers run first."""

    number: float
    prompt_id: str
    prompt: Json
    extra_data: Json
    outputs: list[str]

    @property
    def client_id(self) -> str | None:
        """The client that gets the messages of this prompt."""
        client = self.extra_data.get("client_id")
        return client if isinstance(client, str) else None

    def as_list(self) -> list[Any]:
        """The form that clients see."""
        return [self.number, self.prompt_id, self.prompt, self.extra_data, self.outputs]


class PromptQueue:
    """Waiting prompts by number, then by order of arrival. ``changed`` is called at each change."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._heap: list[tuple[float, int, Item]] = []
        self._arrivals = 0
        self._filled = asyncio.Event()
        self.running: Item | None = None

    def put(self, item: Item) -> None:
        heapq.heappush(self._heap, (item.number, self._arrivals, item))
        self._arrivals += 1
        self._filled.set()
        self._changed()

    async def take(self) -> Item:
        """The next prompt, which is running from now on; waits for one."""
        while not self._heap:
            self._filled.clear()
            await self._filled.wait()
        self.running = heapq.heappop(self._heap)[2]
        self._changed()
        return self.running

    def done(self) -> None:
        """The running prompt has ended."""
        self.running = None
        self._changed()

    def clear(self) -> None:
        self._heap.clear()
        self._changed()

    def delete(self, prompt_ids: Collection[Any]) -> None:
        """Take these prompts out, unless they run already."""
        self._heap = [entry for entry in self._heap if entry[2].prompt_id not in prompt_ids]
        heapq.heapify(self._heap)
        self._changed()

    def pending(self) -> list[Item]:
        return [entry[2] for entry in sorted(self._heap, key=lambda entry: entry[:2])]

    @property
    def remaining(self) -> int:
        """How many are not done."""
        return len(self._heap) + (self.running is not None)


class History:
    """Ended prompts in the order in which they ended; the oldest are forgotten."""

    def __init__(self, limit: int = MAX_HISTORY) -> None:
        self._limit = limit
        self._entries: dict[str, Json] = {}

    def add(self, item: Item, outputs: Json, status: Json, meta: Json) -> None:
        if len(self._entries) >= self._limit:
            del self._entries[next(iter(self._entries))]
        self._entries[item.prompt_id] = {
            "prompt": item.as_list(),
            "outputs": outputs,
            "status": status,
            "meta": meta,
        }

    def one(self, prompt_id: str) -> Json:
        """``{prompt_id: entry}``, empty when there is none."""
        entry = self._entries.get(prompt_id)
        return {} if entry is None else {prompt_id: entry}

    def window(self, max_items: int | None, offset: int) -> Json:
        """The last ``max_items`` entries; from the ``offset``-th oldest on when that is not -1."""
        entries = list(self._entries.items())
        if offset < 0:
            offset = 0 if max_items is None else max(len(entries) - max_items, 0)
        end = None if max_items is None else offset + max_items
        return dict(entries[offset:end])

    def clear(self) -> None:
        self._entries.clear()

    def delete(self, prompt_ids: Collection[Any]) -> None:
        for prompt_id in prompt_ids:
            if isinstance(prompt_id, str):
                self._entries.pop(prompt_id, None)
