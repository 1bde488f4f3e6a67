"""The engine's loop runs beside the server's, and ends."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from reference_runtime.server.engine_thread import EngineThread


def test_results_and_errors_come_back_from_one_thread() -> None:
    async def name() -> str:
        return threading.current_thread().name

    async def fail() -> None:
        raise KeyError("a")

    async def scenario() -> None:
        thread = EngineThread()
        assert await thread.call(name()) == await thread.call(name()) == "studio-engine"
        with pytest.raises(KeyError):
            await thread.call(fail())
        await thread.stop()
        await thread.stop()

    asyncio.run(scenario())


def test_what_blocks_it_does_not_block_the_caller() -> None:
    async def block() -> str:
        time.sleep(0.2)
        return "done"

    async def scenario() -> None:
        thread = EngineThread()
        blocked = asyncio.create_task(thread.call(block()))
        turns = 0
        while not blocked.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert turns > 5
        assert await blocked == "done"
        await thread.stop()

    asyncio.run(scenario())


def test_what_still_runs_is_cancelled_in_the_end() -> None:
    cancelled = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def scenario() -> None:
        thread = EngineThread()
        waiting = asyncio.create_task(thread.call(wait()))
        await asyncio.sleep(0.05)
        await thread.stop()
        assert cancelled.is_set()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(scenario())
