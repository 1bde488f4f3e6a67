"""The aiohttp application over a server's state, and the task that runs the queue."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from reference_runtime.server import guard, socket
from reference_runtime.server.queue import Item
from reference_runtime.server.responses import empty
from reference_runtime.server.routes import Routes
from reference_runtime.server.routes_files import FileRoutes
from reference_runtime.server.state import State

log = logging.getLogger("studio.server")


def make_app(state: State) -> Any:
    """Every route stands twice, plain and below ``/api``."""
    from aiohttp import web

    app = web.Application(client_max_size=state.max_upload_size, middlewares=[_guarded(state)])

    async def websocket(request: Any) -> Any:
        return await socket.serve(state, request)

    table = [*Routes(state).table(), *FileRoutes(state).table(), ("GET", "/ws", websocket)]
    for method, path, handler in table:
        for prefix in ("", "/api"):
            app.router.add_route(method, prefix + path, handler)
    return app


def _guarded(state: State) -> Any:
    from aiohttp import web

    async def middleware(request: Any, handler: Any) -> Any:
        reason = guard.refusal(request.headers, state.loopback_only)
        if reason is not None:
            return empty(403, reason)
        return await handler(request)

    return web.middleware(middleware)


async def run_queue(state: State) -> None:
    """Run one prompt after the other, for ever."""
    while True:
        item = await state.queue.take()
        try:
            await _run(state, item)
        finally:
            state.queue.done()
            _tell_end(state, item)


async def _run(state: State, item: Item) -> None:
    """The history has the prompt before its last message goes out."""
    try:
        outcome = await state.engine.run(item)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("the engine failed over prompt %s", item.prompt_id)
        status = {"status_str": "error", "completed": False, "messages": []}
        state.history.add(item, {}, status, {})
        return
    state.history.add(item, outcome.outputs, outcome.status, outcome.meta)


def _tell_end(state: State, item: Item) -> None:
    if item.client_id is not None:
        end = {"node": None, "prompt_id": item.prompt_id}
        state.clients.send("executing", end, item.client_id)
    state.clients.end(item.prompt_id)
