"""A server of ours in the test's own event loop, with an engine that the test scripts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_runtime.server.app import run_queue
from reference_runtime.server.engine import Outcome, Post, Send, Verdict
from reference_runtime.server.files import Folders
from reference_runtime.server.queue import Item
from reference_runtime.server.serve import running

Json = dict[str, Any]
SUCCESS = {"status_str": "success", "completed": True, "messages": []}


@dataclass
class ScriptedEngine:
    """Accepts every prompt; ``script`` is what running one does."""

    script: Callable[[Item, Send], Awaitable[None]] | None = None
    verdict: Verdict = field(default_factory=lambda: Verdict(None, ["9"]))
    interrupts: list[str | None] = field(default_factory=list)
    targets: list[Any] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    closed: bool = False

    async def start(self, send: Send, post: Post) -> None:
        self.send, self.post = send, post

    async def validate(self, prompt_id: str, prompt: Json, targets: list[str] | None) -> Verdict:
        self.targets.append(targets)
        return self.verdict

    async def run(self, item: Item) -> Outcome:
        self.ran.append(item.prompt_id)
        if self.script is not None:
            await self.script(item, self.send)
        return Outcome({"9": {"text": [item.prompt_id]}}, SUCCESS, {})

    def interrupt(self, prompt_id: str | None) -> None:
        self.interrupts.append(prompt_id)

    async def object_info(self, class_type: str | None = None) -> Json:
        known = {"A": {"name": "A"}, "B": {"name": "B"}}
        return known if class_type is None else {k: v for k, v in known.items() if k == class_type}

    async def close(self) -> None:
        self.closed = True


class Session:
    """A client of the server under test."""

    def __init__(self, client: Any, state: Any) -> None:
        self.client = client
        self.state = state

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        async with self.client.get(path, **options) as reply:
            return reply.status, await _content(reply)

    async def post(self, path: str, data: Any = None, **options: Any) -> tuple[int, Any]:
        body = {"data": json.dumps(data)} if isinstance(data, (dict, list)) else {"data": data}
        async with self.client.post(path, **body, **options) as reply:
            return reply.status, await _content(reply)

    async def connect(self, sid: str = "me", **options: Any) -> Any:
        return await self.client.ws_connect(f"/ws?clientId={sid}", **options)


async def _content(reply: Any) -> Any:
    if reply.content_type == "application/json":
        return await reply.json()
    return await reply.read()


@asynccontextmanager
async def served(
    root: Path, engine: Any = None, listen: tuple[str, ...] = ("127.0.0.1",)
) -> AsyncIterator[Session]:
    """A running server over the folders of ``root``."""
    from aiohttp.test_utils import TestClient, TestServer

    engine = engine or ScriptedEngine()
    for name in ("input", "output", "temp"):
        (root / name).mkdir(exist_ok=True)
    folders = Folders(root / "input", root / "output", root / "temp")
    async with running(engine, folders, list(listen), 1 << 20) as (state, app):
        queue = asyncio.create_task(run_queue(state))
        async with TestClient(TestServer(app)) as client:
            yield Session(client, state)
            queue.cancel()
            await state.clients.close()


async def until_end(socket: Any, prompt_id: str) -> list[tuple[str, Json]]:
    """Messages up to the one that says that the prompt has ended."""
    found = []
    while True:
        message = json.loads((await asyncio.wait_for(socket.receive(), 10)).data)
        found.append((message["type"], message["data"]))
        if found[-1] == ("executing", {"node": None, "prompt_id": prompt_id}):
            return found
