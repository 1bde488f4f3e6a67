"""Running a node's code the way the host does: in torch's inference mode.

The mode belongs to the thread, and coroutines of several nodes take turns in one: each step of a
coroutine enters it and leaves it again.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def inference() -> AbstractContextManager[Any]:
    """torch's inference mode, where torch is loaded."""
    torch = sys.modules.get("torch")
    return nullcontext() if torch is None else torch.inference_mode()


class InInference(Generic[T]):
    """An awaitable that runs every step of another one in inference mode."""

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self._awaitable = awaitable

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._awaitable.__await__()
        thrown: BaseException | None = None
        sent: Any = None
        while True:
            try:
                with inference():
                    asked = steps.send(sent) if thrown is None else steps.throw(thrown)
            except StopIteration as end:
                result: T = end.value
                return result
            sent = thrown = None
            try:
                sent = yield asked
            except BaseException as error:
                thrown = error
