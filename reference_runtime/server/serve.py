"""A server from its start to its end: packs first, then the port, then the queue."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from reference_runtime.server.app import make_app, run_queue
from reference_runtime.server.clients import Clients
from reference_runtime.server.engine import Engine
from reference_runtime.server.files import Folders
from reference_runtime.server.guard import is_loopback
from reference_runtime.server.queue import History, PromptQueue
from reference_runtime.server.state import State

log = logging.getLogger("studio.server")

BUSY_SECONDS = 10.0
"""How long a port that is in use is tried again: the last server may be just ending."""


async def serve(
    engine: Engine,
    folders: Folders,
    listen: list[str],
    port: int,
    max_upload_size: int,
    listening: Callable[[list[str]], None],
) -> None:
    """Serve until SIGINT or SIGTERM. ``listening`` gets the addresses ("http://...").

    Nothing is accepted before the packs are loaded. Raises OSError when the port stays in use.
    """
    stopped = _stop_on_signals()
    async with (
        running(engine, folders, listen, max_upload_size) as (state, app),
        _listening(app, listen, port) as addresses,
    ):
        listening(addresses)
        queue = asyncio.create_task(run_queue(state))
        await asyncio.wait([queue, stopped], return_when=asyncio.FIRST_COMPLETED)
        await _cancel(queue)
        await state.clients.close()
    log.info("stopped")


@asynccontextmanager
async def running(
    engine: Engine, folders: Folders, listen: list[str], max_upload_size: int
) -> AsyncIterator[tuple[State, Any]]:
    """The state and the application, with the engine started and closed in the end."""
    state = _state(engine, folders, listen, max_upload_size)
    try:
        await engine.start(state.clients.send, state.clients.post)
        yield state, make_app(state)
    finally:
        await engine.close()


def _state(engine: Engine, folders: Folders, listen: list[str], max_upload_size: int) -> State:
    clients = Clients(asyncio.get_running_loop())

    def changed() -> None:
        clients.send("status", {"status": state.queue_info()})

    state = State(
        clients=clients,
        queue=PromptQueue(changed),
        history=History(),
        engine=engine,
        folders=folders,
        max_upload_size=max_upload_size,
        loopback_only=all(is_loopback(f"[{a}]" if ":" in a else a) for a in listen),
    )
    return state


async def _cancel(task: asyncio.Task[None]) -> None:
    """End a task; what it had failed with is raised."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _stop_on_signals() -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopped.done():
            stopped.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises instead
            loop.add_signal_handler(number, stop)
    return stopped


# --- the port -------------------------------------------------------------------------------------


@asynccontextmanager
async def _listening(app: Any, listen: list[str], port: int) -> AsyncIterator[list[str]]:
    from aiohttp import web

    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        for address in listen:
            await _bind(runner, address, port)
        yield [_url(address) for address in runner.addresses]
    finally:
        await runner.cleanup()


async def _bind(runner: Any, address: str, port: int) -> None:
    from aiohttp import web

    loop = asyncio.get_running_loop()
    until = loop.time() + BUSY_SECONDS
    while True:
        try:
            await web.TCPSite(runner, address, port).start()
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or loop.time() > until:
                raise
        await asyncio.sleep(0.1)


def _url(address: Any) -> str:
    host, port = address[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
