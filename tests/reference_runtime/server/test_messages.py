"""What goes over the WebSocket: to whom, in which order, and how progress is gathered."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from served import Json, ScriptedEngine, served, until_end

from reference_runtime.server import clients as clients_module
from reference_runtime.server.clients import Client
from reference_runtime.server.engine import Send
from reference_runtime.server.progress import NODES_PER_GAP, SHORTEST_GAP, Progress
from reference_runtime.server.queue import Item

pytest.importorskip("aiohttp")
PROMPT = {"9": {"class_type": "A", "inputs": {}}}


def state(node: str, value: float, name: str = "running") -> dict[str, Json]:
    return {node: {"value": value, "max": 1.0, "state": name, "node_id": node}}


async def received(socket: Any) -> tuple[str, Json]:
    message = json.loads((await asyncio.wait_for(socket.receive(), 10)).data)
    return message["type"], message["data"]


def test_the_greeting_and_the_features(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with served(tmp_path) as session:
            socket = await session.connect("mine")
            greeting = {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "mine"}
            assert await received(socket) == ("status", greeting)
            await socket.send_str(json.dumps({"type": "feature_flags", "data": {}}))
            event, data = await received(socket)
            assert (event, data["supports_preview_metadata"]) == ("feature_flags", True)
            nameless = await session.client.ws_connect("/ws")
            _, data = await received(nameless)
            assert len(data["sid"]) == 32
            for nonsense in ("{", "[]", "3", '"feature_flags"'):
                other = await session.connect("other")
                await received(other)
                await other.send_str(nonsense)
            assert (await session.get("/queue"))[0] == 200

    asyncio.run(scenario())


def test_each_client_gets_its_own_prompt_and_all_get_the_queue(tmp_path: Path) -> None:
    async def script(item: Item, send: Send) -> None:
        send("executing", {"node": "9", "prompt_id": item.prompt_id}, item.client_id)
        send(
            "progress_state", {"prompt_id": item.prompt_id, "nodes": state("9", 1)}, item.client_id
        )
        send("news", {"prompt_id": item.prompt_id}, None)

    async def scenario() -> None:
        async with served(tmp_path, ScriptedEngine(script)) as session:
            sockets = {name: await session.connect(name) for name in ("one", "two")}
            for name in sockets:
                body = {"prompt": PROMPT, "client_id": name, "prompt_id": f"p-{name}"}
                await session.post("/prompt", body)
            for name, socket in sockets.items():
                messages = await until_end(socket, f"p-{name}")
                kinds = {event for event, _ in messages}
                assert {"executing", "progress_state", "news", "status"} <= kinds
                for event, data in messages:
                    if event not in ("status", "news"):
                        assert data["prompt_id"] == f"p-{name}"

    asyncio.run(scenario())


def test_without_a_client_only_what_is_for_all_goes_out(tmp_path: Path) -> None:
    async def script(item: Item, send: Send) -> None:
        send("progress_state", {"prompt_id": item.prompt_id, "nodes": state("9", 1)}, None)

    async def scenario() -> None:
        async with served(tmp_path, ScriptedEngine(script)) as session:
            socket = await session.connect()
            await session.post("/prompt", {"prompt": PROMPT, "prompt_id": "x"})
            seen = [await received(socket) for _ in range(5)]
        assert [event for event, _ in seen].count("progress_state") == 1
        assert "executing" not in {event for event, _ in seen}

    asyncio.run(scenario())


def test_a_client_that_comes_back_learns_which_node_runs(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def script(item: Item, send: Send) -> None:
        send("executing", {"node": "9", "prompt_id": item.prompt_id}, item.client_id)
        await gate.wait()

    async def scenario() -> None:
        async with served(tmp_path, ScriptedEngine(script)) as session:
            await session.post("/prompt", {"prompt": PROMPT, "client_id": "me", "prompt_id": "x"})
            await asyncio.sleep(0.05)
            socket = await session.connect("me")
            assert (await received(socket))[0] == "status"
            assert await received(socket) == ("executing", {"node": "9"})
            other = await session.connect("other")
            await received(other)
            gate.set()
            assert (await received(other))[0] == "status"

    asyncio.run(scenario())


def test_progress_is_gathered_and_whole_before_the_end(tmp_path: Path) -> None:
    nodes = 300

    def work(item: Item, send: Send) -> None:
        for number in range(nodes):
            node = str(number)
            for value, name in ((0.0, "running"), (0.5, "running"), (1.0, "finished")):
                data = {"prompt_id": item.prompt_id, "nodes": state(node, value, name)}
                send("progress_state", data, item.client_id)
            send("executing", {"node": node, "prompt_id": item.prompt_id}, item.client_id)
        send("execution_success", {"prompt_id": item.prompt_id}, item.client_id)

    async def script(item: Item, send: Send) -> None:
        thread = threading.Thread(target=work, args=(item, send))
        thread.start()
        await asyncio.to_thread(thread.join)

    async def scenario() -> list[tuple[str, Json]]:
        async with served(tmp_path, ScriptedEngine(script)) as session:
            socket = await session.connect()
            await session.post("/prompt", {"prompt": PROMPT, "client_id": "me", "prompt_id": "x"})
            return await until_end(socket, "x")

    messages = asyncio.run(scenario())
    order = [data["node"] for event, data in messages if event == "executing"]
    assert order == [*map(str, range(nodes)), None]
    events = [event for event, _ in messages]
    assert "progress_state" not in events[events.index("execution_success") :]
    frames = [data["nodes"] for event, data in messages if event == "progress_state"]
    last = {node: entry for frame in frames for node, entry in frame.items()}
    assert len(last) == nodes
    assert {entry["state"] for entry in last.values()} == {"finished"}
    assert len(frames) < nodes / 3
    assert sum(map(len, frames)) < 2 * nodes


def test_a_message_has_what_changed_and_what_runs() -> None:
    progress = Progress()
    key = ("me", "p")
    progress.add(key, {**state("1", 0), **state("2", 0)})
    assert progress.take(key) == {"prompt_id": "p", "nodes": {**state("1", 0), **state("2", 0)}}
    assert progress.take(key) is None
    progress.add(key, state("1", 1, "finished"))
    data = progress.take(key)
    assert data == {"prompt_id": "p", "nodes": {**state("2", 0), **state("1", 1, "finished")}}
    progress.add(key, state("3", 0))
    data = progress.take(key)
    assert data is not None
    assert set(data["nodes"]) == {"2", "3"}
    progress.forget_prompt("p")
    assert progress.waiting() == []


def test_many_running_nodes_are_told_less_often() -> None:
    progress = Progress()
    for number in range(2 * NODES_PER_GAP):
        progress.add((None, "p"), state(str(number), 0))
    assert progress.gap((None, "p")) == 3 * SHORTEST_GAP
    assert progress.gap((None, "other")) == SHORTEST_GAP


def test_a_client_that_does_not_read_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    class Socket:
        closed = False
        codes: list[int] = []  # noqa: RUF012

        async def send_str(self, text: str) -> None:
            await asyncio.sleep(0)

        async def close(self, code: int, message: bytes) -> None:
            self.closed = True
            self.codes.append(code)

    async def scenario() -> None:
        monkeypatch.setattr(clients_module, "MOST_WAITING", 100)
        socket = Socket()
        client = Client("me", socket)
        client.put("x" * 99)
        client.put("y" * 99)
        await client.write()
        assert socket.codes == [1013]

    asyncio.run(scenario())
