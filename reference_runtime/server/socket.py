"""The WebSocket: who connects gets the state of the queue, then the messages of its prompts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from typing import Any

from reference_runtime.server.clients import Client, text_frame
from reference_runtime.server.state import State

MOST_BYTES = 8 * 1024 * 1024
"""The largest message of a client."""


async def serve(state: State, request: Any) -> Any:
    """Serve one connection until it ends."""
    from aiohttp import web

    socket = web.WebSocketResponse(max_msg_size=MOST_BYTES)
    sid = request.query.get("clientId") or uuid.uuid4().hex
    client = Client(sid, socket)
    await socket.prepare(request)
    _greet(state, client)
    state.clients.add(client)
    writer = asyncio.create_task(client.write())
    try:
        await _read(state, client)
    finally:
        state.clients.remove(client)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await writer
    return socket


def _greet(state: State, client: Client) -> None:
    status = {"status": state.queue_info(), "sid": client.sid}
    client.put(text_frame("status", status))
    running = state.queue.running
    if running is not None and running.client_id == client.sid and state.clients.last_node:
        client.put(text_frame("executing", {"node": state.clients.last_node}))


async def _read(state: State, client: Client) -> None:
    """Take what the client sends: as its first message it may tell its features and ask ours."""
    from aiohttp import WSMsgType

    first = True
    async for message in client.socket:
        if message.type == WSMsgType.TEXT and first and _is_features(message.data):
            client.put(text_frame("feature_flags", state.features()))
        first = False


def _is_features(text: str) -> bool:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("type") == "feature_flags"
