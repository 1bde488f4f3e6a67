"""Progress of the nodes of running prompts, gathered so that each message says what changed.

The host sends the state of every node so far at every change, which grows with the square of the
prompt. Here one message carries the nodes that changed since the last one, and those that run, so
that whoever shows the message alone shows what runs.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Key = tuple[str | None, str]
"""The client (None: all of them) and the prompt."""

SHORTEST_GAP = 0.05
"""Seconds between two messages about one prompt."""
NODES_PER_GAP = 200


class Progress:
    """What changed and was not told yet, per prompt."""

    def __init__(self) -> None:
        self._changed: dict[Key, dict[str, Json]] = {}
        self._running: dict[Key, dict[str, Json]] = {}

    def add(self, key: Key, nodes: dict[str, Json]) -> None:
        """Take over the states of nodes (``state``: "running" or "finished")."""
        changed = self._changed.setdefault(key, {})
        running = self._running.setdefault(key, {})
        for node, state in nodes.items():
            changed[node] = dict(state)
            if state.get("state") == "running":
                running[node] = changed[node]
            else:
                running.pop(node, None)

    def take(self, key: Key) -> Json | None:
        """The data of the next ``progress_state`` message; None when nothing changed."""
        changed = self._changed.pop(key, None)
        if not changed:
            return None
        return {"prompt_id": key[1], "nodes": {**self._running.get(key, {}), **changed}}

    def waiting(self) -> list[Key]:
        return [key for key, nodes in self._changed.items() if nodes]

    def gap(self, key: Key) -> float:
        """Seconds from one message to the next: longer when many nodes run at once."""
        return SHORTEST_GAP * (1 + len(self._running.get(key, ())) // NODES_PER_GAP)

    def forget_prompt(self, prompt_id: str) -> None:
        """The prompt has ended."""
        for states in (self._changed, self._running):
            for key in [key for key in states if key[1] == prompt_id]:
                del states[key]
