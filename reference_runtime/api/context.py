"""Which node is running: set by the engine, read by progress and by packs.

Source of the rules: ``comfy_execution.utils``. Kept in a context variable, so concurrent coroutines
see their own.
"""

from __future__ import annotations

import contextvars
from types import TracebackType
from typing import NamedTuple


class ExecutionContext(NamedTuple):
    """``list_index`` counts the calls of one node when inputs are lists, None outside of that."""

    prompt_id: str
    node_id: str
    list_index: int | None


current_executing_context: contextvars.ContextVar[ExecutionContext | None] = contextvars.ContextVar(
    "current_executing_context", default=None
)


def get_executing_context() -> ExecutionContext | None:
    """The running node, None outside of a run."""
    return current_executing_context.get()


class CurrentNodeContext:
    """``with CurrentNodeContext(prompt_id, node_id, list_index):`` makes it the running node."""

    def __init__(self, prompt_id: str, node_id: str, list_index: int | None = None) -> None:
        self.context = ExecutionContext(prompt_id, node_id, list_index)
        self._token: contextvars.Token[ExecutionContext | None] | None = None

    def __enter__(self) -> CurrentNodeContext:
        self._token = current_executing_context.set(self.context)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        if self._token is not None:
            current_executing_context.reset(self._token)
