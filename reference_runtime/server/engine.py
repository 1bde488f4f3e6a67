"""What the server asks of an engine. ``server.backend`` gives it with the real one behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from reference_runtime.server.queue import Item

Json = dict[str, Any]
Send = Callable[[str, Json, str | None], None]
"""Event, data, client (None: all). Called from the engine's thread."""
Post = Callable[[str | bytes, str | None], None]
"""A finished frame of a pack's own, and its client (None: all). Called from any thread."""


@dataclass(frozen=True)
class Verdict:
    """What validating a prompt gave. ``error`` is None for a prompt that may run."""

    error: Json | None
    outputs: list[str] = field(default_factory=list)
    node_errors: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What running a prompt gave, as the history shows it."""

    outputs: Json
    status: Json
    meta: Json


class Engine(Protocol):
    """Validates and runs prompts; the coroutines run in the server's event loop."""

    async def start(self, send: Send, post: Post) -> None:
        """Get ready; the packs are loaded when this returns."""

    async def validate(self, prompt_id: str, prompt: Json, targets: list[str] | None) -> Verdict:
        """Judge a prompt; constants in it are converted in place."""

    async def run(self, item: Item) -> Outcome:
        """Run a prompt to its end; an error of a node is an outcome, not an exception."""

    def interrupt(self, prompt_id: str | None) -> None:
        """Stop what runs, before its next node (any thread)."""

    async def object_info(self, class_type: str | None = None) -> Json:
        """What the nodes say of themselves: all, or the one of that name."""

    async def close(self) -> None:
        """End all that was started."""
