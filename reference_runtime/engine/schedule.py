"""Which node runs next: a graph of waiting nodes with counts of what each waits for.

Source of the rules: facts of the host's scheduling. Every step costs the number of links it
touches, so that a prompt's cost grows with its size alone.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

Ready = tuple[int, int, str]
"""Rank, place in the order of arrival, node."""


class Stuck(Exception):
    """Nothing can run and nothing is under way: the nodes ``waiting`` form a cycle."""

    def __init__(self, waiting: list[str]) -> None:
        super().__init__("Dependency cycle detected")
        self.waiting = waiting


class Schedule:
    """``is_first``: whether a node goes before others (output nodes and async nodes do)."""

    def __init__(self, is_output: Callable[[str], bool], is_first: Callable[[str], bool]) -> None:
        self._is_output = is_output
        self._is_first = is_first
        self._arrivals: dict[str, int] = {}
        """Waiting nodes by order of arrival."""
        self._arrived = 0
        self._blockers: dict[str, int] = {}
        """How many nodes and outside events each waits for."""
        self._blocking: dict[str, dict[str, None]] = {}
        """Who waits for a node."""
        self._ready: list[Ready] = []
        """A node may stand in it several times, with ranks it had before."""
        self._picked: set[str] = set()
        """Nodes that run now."""
        self._outside = 0
        self._released = asyncio.Event()

    def __contains__(self, node_id: str) -> bool:
        return node_id in self._arrivals

    def __bool__(self) -> bool:
        return bool(self._arrivals)

    def add(self, node_id: str) -> bool:
        """Let the node wait for its turn; False when it does so already."""
        if node_id in self._arrivals:
            return False
        self._arrivals[node_id] = self._arrived
        self._arrived += 1
        self._blockers.setdefault(node_id, 0)
        self._blocking.setdefault(node_id, {})
        self._consider(node_id)
        return True

    def link(self, node_id: str, consumer: str) -> None:
        """``consumer`` waits for ``node_id``; both are waiting nodes."""
        if consumer not in self._blocking[node_id]:
            self._blocking[node_id][consumer] = None
            self._blockers[consumer] += 1
            if self._blockers[node_id] == 0:
                # Only the new consumer can have made the rank better.
                self._push(node_id, self._rank_before(consumer))

    def block(self, node_id: str) -> Callable[[], None]:
        """Keep the node waiting until the function that this returns is called (in the loop)."""
        self._blockers[node_id] += 1
        self._outside += 1

        def release() -> None:
            self._outside -= 1
            self._released.set()
            if node_id in self._arrivals:
                self._unblock(node_id)

        return release

    def done(self, node_id: str) -> None:
        """The node has its outputs: those that waited for it wait no more."""
        del self._arrivals[node_id], self._blockers[node_id]
        self._picked.discard(node_id)
        for consumer in self._blocking.pop(node_id):
            if consumer in self._arrivals:
                self._unblock(consumer)

    def again(self, node_id: str) -> None:
        """The node that was picked did not finish: it waits for its next turn."""
        self._picked.discard(node_id)
        self._consider(node_id)

    async def pick(self) -> str:
        """The node to run now; waits while all that is left waits for something outside.

        Raises Stuck.
        """
        while True:
            node_id = self._take()
            if node_id is not None:
                return node_id
            if not self._outside:
                raise Stuck(list(self._arrivals))
            self._released.clear()
            await self._released.wait()

    def _take(self) -> str | None:
        """The best of the ready nodes. Entries that no longer hold are skipped."""
        while self._ready:
            _, arrival, node_id = heapq.heappop(self._ready)
            waits = self._arrivals.get(node_id) == arrival and self._blockers[node_id] == 0
            if waits and node_id not in self._picked:
                self._picked.add(node_id)
                return node_id
        return None

    def _unblock(self, node_id: str) -> None:
        self._blockers[node_id] -= 1
        self._consider(node_id)

    def _consider(self, node_id: str) -> None:
        if self._blockers.get(node_id) == 0:
            self._push(node_id, self._rank(node_id))

    def _push(self, node_id: str, rank: int) -> None:
        heapq.heappush(self._ready, (rank, self._arrivals[node_id], node_id))

    def _rank(self, node_id: str) -> int:
        """Users see results early: outputs first, then what stands right before them."""
        if self._is_first(node_id):
            return 0
        ranks = (self._rank_before(each) for each in self._blocking[node_id])
        best = 3
        for rank in ranks:
            best = min(best, rank)
            if best == 1:
                break
        return best

    def _rank_before(self, consumer: str) -> int:
        if self._is_output(consumer):
            return 1
        return 2 if any(map(self._is_output, self._blocking.get(consumer, ()))) else 3
