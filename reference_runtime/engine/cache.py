"""What nodes gave, kept from prompt to prompt: classic, the N used last, or nothing at all.

Entries of nodes that an expansion added belong to the node that expanded (its ``owner``): they are
found only below it, and go with it. Source of the rules: facts of the host's caching.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.engine.nodehost import Perishable

Owner = tuple[tuple[str, str], ...]
"""(id, class) of each node on the way from the prompt to the one that expanded; empty for none."""
Place = tuple[Owner, str]
"""Owner and key."""


@dataclass
class Entry:
    """What a node gave. ``ui``: {"output", "meta"} or None."""

    outputs: list[list[Any]]
    ui: dict[str, Any] | None = None
    used: int = 0
    """The generation (prompt) that used it last."""

    def values(self) -> list[Any]:
        return [item for items in self.outputs for item in items]


@dataclass
class Cache:
    """``limit``: None for the classic rule, N to keep the N used last, 0 to keep nothing."""

    limit: int | None = None
    _entries: dict[Owner, dict[str, Entry]] = field(default_factory=dict)
    _generation: int = 0

    def get(self, place: Place) -> Entry | None:
        entry = self._entries.get(place[0], {}).get(place[1])
        if entry is not None:
            entry.used = self._generation
        return entry

    def set(self, place: Place, entry: Entry) -> Entry | None:
        """Keep ``entry``; returns the one it takes the place of."""
        entry.used = self._generation
        below = self._entries.setdefault(place[0], {})
        before, below[place[1]] = below.get(place[1]), entry
        return before

    def begin(self, keys: Collection[str], nodes: Collection[tuple[str, str]]) -> list[Entry]:
        """A prompt with these keys and (id, class) pairs starts: the entries that have to go."""
        self._generation += 1
        self._drop_lost()
        if self.limit == 0:
            return self.clear()
        if self.limit is None:
            owners = [owner for owner in self._entries if owner and owner[0] not in nodes]
            gone = [entry for owner in owners for entry in self._entries.pop(owner).values()]
            return gone + self.refine((), keys)
        for key, entry in self._entries.get((), {}).items():
            if key in keys:
                entry.used = self._generation
        return self._drop_oldest(self.limit)

    def _drop_lost(self) -> None:
        """Entries with a value that was lost with its process: their nodes have to run again."""
        for below in self._entries.values():
            for key in [key for key, entry in below.items() if any(map(_lost, entry.values()))]:
                del below[key]

    def refine(self, owner: Owner, keys: Collection[str]) -> list[Entry]:
        """The classic rule: of what belongs to ``owner``, only these keys stay."""
        below = self._entries.get(owner, {})
        return [below.pop(key) for key in [key for key in below if key not in keys]]

    def refine_children(self, owner: Owner, keys: Collection[str]) -> list[Entry]:
        """A node expanded anew, to nodes with these keys: entries of its earlier children go."""
        return self.refine(owner, keys) if self.limit is None else []

    def _drop_oldest(self, limit: int) -> list[Entry]:
        """Whole generations, oldest first, until few enough are left; never the running one."""
        count = sum(len(below) for below in self._entries.values())
        ages = sorted({e.used for below in self._entries.values() for e in below.values()})
        dropped: list[Entry] = []
        for age in ages:
            if count - len(dropped) <= limit or age >= self._generation:
                break
            for below in self._entries.values():
                old = [key for key, entry in below.items() if entry.used == age]
                dropped += [below.pop(key) for key in old]
        return dropped

    def clear(self) -> list[Entry]:
        """Everything goes."""
        entries = [entry for below in self._entries.values() for entry in below.values()]
        self._entries.clear()
        return entries


def _lost(value: Any) -> bool:
    return isinstance(value, Perishable) and value.stale
