"""Running what a pack gives us as the host does: inside an event loop that is already running.

Importing asyncio costs as much as starting a worker, so it is left out where it makes no
difference: when no file of the pack mentions it and no library of the pack has imported it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from reference_runtime.loading.place import Place
from reference_runtime.reading import read_regular

T = TypeVar("T")


class NoLoop(RuntimeError):
    """A coroutine waits for something although asyncio was never imported."""


class Runner:
    """Runs functions and coroutines of a pack; one event loop for the life of the worker."""

    def __init__(self, asyncio_now: bool) -> None:
        self._loop: Any = None
        if asyncio_now:
            self._open()

    @property
    def loop(self) -> Any:
        """The worker's event loop; None while nothing needed one."""
        return self._loop

    def opened(self) -> Any:
        """The worker's event loop, made when there was none."""
        return self._open()

    def _open(self) -> Any:
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop

    def call(self, function: Callable[[], T]) -> T:
        """``function()``, with a running event loop if the pack could tell the difference."""
        if self._loop is None:
            return function()

        async def inside() -> T:
            return function()

        result: T = self._loop.run_until_complete(inside())
        return result

    def result(self, awaitable: Awaitable[T]) -> T:
        """What awaiting gives. Raises what it raises, and NoLoop."""
        if self._loop is None and "asyncio" not in sys.modules and inspect.iscoroutine(awaitable):
            driven: T = _drive(awaitable)
            return driven

        async def inside() -> T:
            return await awaitable

        result: T = self._open().run_until_complete(inside())
        return result


def _drive(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    coroutine.close()
    raise NoLoop("the coroutine waits for something that is no asyncio future")


def mentions_asyncio(place: Place) -> bool:
    """Whether any source file of the pack contains the word."""
    return any(b"asyncio" in _content(str(file)) for file in place.python_files())


def _content(file: str) -> bytes:
    try:
        return read_regular(file)
    except OSError:
        return b""
