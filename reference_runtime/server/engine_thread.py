"""An event loop in a thread of its own: nodes run there, so that the server answers meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class EngineThread:
    """Runs coroutines in one loop that lives as long as the thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="studio-engine", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    async def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Its result, awaited from another loop; cancelling the wait cancels the coroutine."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return await asyncio.wrap_future(future)

    async def stop(self, patience: float = 5.0) -> None:
        """Cancel what still runs and end the thread; code that never returns is left behind."""
        if self._thread.is_alive():
            future = asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop)
            await asyncio.wait([asyncio.wrap_future(future)], timeout=patience)
            self._loop.call_soon_threadsafe(self._loop.stop)
            await asyncio.to_thread(self._thread.join, patience)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
