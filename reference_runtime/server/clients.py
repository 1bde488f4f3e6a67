"""Connected clients and what is sent to them.

``send`` may be called from any thread; the messages go out from the server's event loop, in order.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from reference_runtime.server.progress import Key, Progress

Json = dict[str, Any]
Frame = str | bytes

MOST_WAITING = 64 * 1024 * 1024
"""Bytes that may wait for one client; who reads slower than that is disconnected."""
_LAST = frozenset({"execution_success", "execution_error", "execution_interrupted"})


class Client:
    """One WebSocket and the frames that wait for it."""

    def __init__(self, sid: str, socket: Any) -> None:
        self.sid = sid
        self.socket = socket
        self._frames: deque[Frame] = deque()
        self._waiting = 0
        self._filled = asyncio.Event()

    def put(self, frame: Frame) -> None:
        self._frames.append(frame)
        self._waiting += len(frame)
        self._filled.set()

    @property
    def too_slow(self) -> bool:
        return self._waiting > MOST_WAITING

    async def write(self) -> None:
        """Send what waits, until the connection ends or the client is too slow."""
        while not self.socket.closed:
            await self._filled.wait()
            self._filled.clear()
            while self._frames:
                if self.too_slow:
                    await self.socket.close(code=1013, message=b"too slow")
                    return
                await self._write_one(self._frames.popleft())

    async def _write_one(self, frame: Frame) -> None:
        self._waiting -= len(frame)
        if isinstance(frame, str):
            await self.socket.send_str(frame)
        else:
            await self.socket.send_bytes(frame)


class Clients:
    """Every connected client by its id; a later connection with the same id takes its place."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()
        self._posted: deque[tuple[Frame, str | None]] = deque()
        self._scheduled = False
        self._progress = Progress()
        self._due: dict[Key, asyncio.TimerHandle] = {}
        self._told: dict[Key, float] = {}
        self.last_node: str | None = None
        """The node that the last ``executing`` message named, for clients that come back."""

    # --- connections ----------------------------------------------------------------------------

    def add(self, client: Client) -> None:
        self._clients[client.sid] = client

    def remove(self, client: Client) -> None:
        if self._clients.get(client.sid) is client:
            del self._clients[client.sid]

    async def close(self) -> None:
        """Tell everyone that the server goes away."""
        for client in list(self._clients.values()):
            await client.socket.close(code=1001, message=b"server stops")

    # --- sending, from any thread ---------------------------------------------------------------

    def send(self, event: str, data: Json, sid: str | None = None) -> None:
        """Send to one client, or to all when ``sid`` is None.

        ``progress_state`` takes the states that changed; they are gathered and sent later, at the
        latest before the message that ends the prompt.
        """
        if event == "progress_state":
            self._gather((sid, data["prompt_id"]), data["nodes"])
            return
        if event == "executing":
            self.last_node = data.get("node")
        if event in _LAST or (event == "executing" and data.get("node") is None):
            self._finish(data["prompt_id"])
        self.post(text_frame(event, data), sid)

    def post(self, frame: Frame, sid: str | None) -> None:
        """Send a finished frame."""
        self._posted.append((frame, sid))
        self._wake()

    def _gather(self, key: Key, nodes: dict[str, Json]) -> None:
        with self._lock:
            self._progress.add(key, nodes)
        self._wake()

    def _finish(self, prompt_id: str) -> None:
        with self._lock:
            keys = [key for key in self._progress.waiting() if key[1] == prompt_id]
        for key in keys:
            self._tell(key)

    def _tell(self, key: Key) -> None:
        with self._lock:
            data = self._progress.take(key)
        if data is not None:
            self._posted.append((text_frame("progress_state", data), key[0]))
            self._wake()

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon_threadsafe(self._deliver)

    # --- delivery, in the server's loop ---------------------------------------------------------

    def _deliver(self) -> None:
        self._scheduled = False
        with self._lock:
            waiting = [(key, self._progress.gap(key)) for key in self._progress.waiting()]
        for key, gap in waiting:
            self._schedule(key, gap)
        while self._posted:
            frame, sid = self._posted.popleft()
            for client in self._to(sid):
                client.put(frame)

    def _to(self, sid: str | None) -> list[Client]:
        if sid is None:
            return list(self._clients.values())
        return [self._clients[sid]] if sid in self._clients else []

    def _schedule(self, key: Key, gap: float) -> None:
        if key not in self._due:
            at = max(self._told.get(key, 0.0) + gap, self._loop.time())
            self._due[key] = self._loop.call_at(at, self._tell_now, key)

    def _tell_now(self, key: Key) -> None:
        self._due.pop(key, None)
        self._told[key] = self._loop.time()
        self._tell(key)

    def end(self, prompt_id: str) -> None:
        """The prompt has ended: tell the rest, keep nothing. Called in the server's loop."""
        self._finish(prompt_id)
        self.last_node = None
        for key in [key for key in (*self._due, *self._told) if key[1] == prompt_id]:
            timer = self._due.pop(key, None)
            if timer is not None:
                timer.cancel()
            self._told.pop(key, None)
        with self._lock:
            self._progress.forget_prompt(prompt_id)


def text_frame(event: str, data: Any, encode: Callable[[Any], str] = json.dumps) -> str:
    """An event as its text frame."""
    return encode({"type": event, "data": data})
