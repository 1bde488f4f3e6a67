"""The HTTP routes answer as the host's do."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from served import ScriptedEngine, Session, served, until_end

from reference_runtime.levels import ACTIVE
from reference_runtime.server.engine import Send, Verdict
from reference_runtime.server.queue import Item

pytest.importorskip("aiohttp")
PROMPT = {"9": {"class_type": "A", "inputs": {}}}


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a coroutine test in a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


async def queued(session: Session, **more: Any) -> str:
    status, body = await session.post("/prompt", {"prompt": PROMPT, **more})
    assert status == 200
    return str(body["prompt_id"])


@in_loop
async def test_a_prompt_runs_and_is_in_the_history_when_its_end_is_told(tmp_path: Path) -> None:
    async with served(tmp_path) as session:
        socket = await session.connect()
        status, body = await session.post("/prompt", {"prompt": PROMPT, "client_id": "me"})
        assert (status, body["number"], body["node_errors"]) == (200, 0, {})
        messages = await until_end(socket, body["prompt_id"])
        _, history = await session.get(f"/history/{body['prompt_id']}")
        entry = history[body["prompt_id"]]
        assert entry["prompt"] == [0, body["prompt_id"], PROMPT, {"client_id": "me"}, ["9"]]
        assert entry["outputs"] == {"9": {"text": [body["prompt_id"]]}}
        assert entry["status"]["status_str"] == "success"
    remaining = [d["status"]["exec_info"]["queue_remaining"] for e, d in messages if e == "status"]
    assert remaining == [0, 1, 1, 0]


@in_loop
async def test_the_body_of_a_prompt_is_read_whatever_its_content_type(tmp_path: Path) -> None:
    async with served(tmp_path) as session:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = await session.post(
            "/prompt", {"prompt": PROMPT, "prompt_id": 77}, headers=headers
        )
        assert (status, body["prompt_id"]) == (200, "77")


@in_loop
async def test_a_prompt_that_fails_validation_is_refused_and_takes_a_number(tmp_path: Path) -> None:
    error = {"type": "prompt_no_outputs", "message": "m", "details": "", "extra_info": {}}
    engine = ScriptedEngine(verdict=Verdict(error, [], {"1": {"errors": []}}))
    async with served(tmp_path, engine) as session:
        body = {"prompt": PROMPT, "partial_execution_targets": []}
        assert await session.post("/prompt", body) == (
            400, {"error": error, "node_errors": {"1": {"errors": []}}},
        )  # fmt: skip
        assert engine.targets == [[]]
        engine.verdict = Verdict(None, ["9"], {"8": {"errors": []}})
        _, body = await session.post("/prompt", {"prompt": PROMPT})
        assert body["number"] == 1
        assert body["node_errors"] == {"8": {"errors": []}}


@in_loop
async def test_no_prompt_and_no_json(tmp_path: Path) -> None:
    async with served(tmp_path) as session:
        status, body = await session.post("/prompt", {"client_id": "x"})
        assert (status, body["error"]["type"]) == (400, "no_prompt")
        status, body = await session.post("/prompt", "{nonsense")
        assert (status, body) == (
            500, b"500 Internal Server Error\n\nServer got itself in trouble",
        )  # fmt: skip
        ACTIVE.mode = "strict"
        try:
            status, body = await session.post("/prompt", "{nonsense")
        finally:
            ACTIVE.mode = "faithful"
        assert (status, body) == (400, {"error": "the body is no JSON object"})


@in_loop
async def test_prompts_run_by_number_then_in_order(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(item: Item, send: Send) -> None:
        await gate.wait()

    engine = ScriptedEngine(wait)
    async with served(tmp_path, engine) as session:
        socket = await session.connect()
        first = await queued(session, prompt_id="first")
        for name, more in {
            "b": {}, "c": {}, "z": {"number": 99}, "a": {"number": -5}, "front": {"front": True},
        }.items():  # fmt: skip
            await queued(session, prompt_id=name, client_id="me", **more)
        _, queue = await session.get("/queue")
        assert [item[1] for item in queue["queue_running"]] == [first]
        assert [item[1] for item in queue["queue_pending"]] == ["a", "front", "b", "c", "z"]
        assert await session.get("/prompt") == (200, {"exec_info": {"queue_remaining": 6}})
        gate.set()
        await until_end(socket, "z")
        assert engine.ran == ["first", "a", "front", "b", "c", "z"]


@in_loop
async def test_waiting_prompts_can_be_deleted_and_cleared(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(item: Item, send: Send) -> None:
        await gate.wait()

    async with served(tmp_path, ScriptedEngine(wait)) as session:
        for name in "abcd":
            await queued(session, prompt_id=name)
        assert (await session.post("/queue", {"delete": ["c", "none"]}))[0] == 200
        _, queue = await session.get("/queue")
        assert [item[1] for item in queue["queue_pending"]] == ["b", "d"]
        await session.post("/queue", {"clear": True})
        _, queue = await session.get("/queue")
        assert [item[1] for item in queue["queue_running"]] == ["a"]
        assert queue["queue_pending"] == []
        assert (await session.post("/queue", {"delete": 3}))[0] == 400


@in_loop
async def test_an_interrupt_reaches_the_prompt_it_names_only(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def wait(item: Item, send: Send) -> None:
        await gate.wait()

    engine = ScriptedEngine(wait)
    async with served(tmp_path, engine) as session:
        assert (await session.post("/interrupt"))[0] == 200
        await queued(session, prompt_id="runs")
        assert (await session.post("/interrupt", {"prompt_id": "other"}))[0] == 200
        assert (await session.post("/interrupt", {"prompt_id": "runs"}))[0] == 200
        assert (await session.post("/interrupt", {}))[0] == 200
        assert engine.interrupts == [None, "runs", None]


@in_loop
async def test_windows_of_the_history(tmp_path: Path) -> None:
    async with served(tmp_path) as session:
        socket = await session.connect()
        names = [f"p{i}" for i in range(5)]
        for name in names:
            await queued(session, prompt_id=name, client_id="me")
        await until_end(socket, "p4")
        for query, expected in {
            "": names, "?max_items=2": names[3:], "?max_items=9": names, "?offset=3": names[3:],
            "?max_items=2&offset=1": names[1:3], "?max_items=2&offset=9": [],
            "?max_items=2&offset=0": names[:2], "?max_items=4&offset=3": names[3:],
        }.items():  # fmt: skip
            _, history = await session.get(f"/history{query}")
            assert list(history) == expected, query
        assert (await session.get("/history?offset=x"))[0] == 400
        assert await session.get("/history/none") == (200, {})
        await session.post("/history", {"delete": ["p1", 3]})
        assert list((await session.get("/history"))[1]) == ["p0", "p2", "p3", "p4"]
        await session.post("/history", {"clear": True})
        assert await session.get("/history") == (200, {})


@in_loop
async def test_nodes_and_features(tmp_path: Path) -> None:
    async with served(tmp_path) as session:
        assert list((await session.get("/object_info"))[1]) == ["A", "B"]
        assert await session.get("/object_info/B") == (200, {"B": {"name": "B"}})
        assert await session.get("/object_info/none") == (200, {})
        _, features = await session.get("/api/features")
        assert features == {"supports_preview_metadata": True, "max_upload_size": 1 << 20}


@in_loop
async def test_an_engine_that_fails_ends_its_prompt_and_not_the_server(tmp_path: Path) -> None:
    async def fail(item: Item, send: Send) -> None:
        if item.prompt_id == "bad":
            raise LookupError("a defect of the engine")

    async with served(tmp_path, ScriptedEngine(fail)) as session:
        socket = await session.connect()
        await queued(session, prompt_id="bad", client_id="me")
        await queued(session, prompt_id="good", client_id="me")
        await until_end(socket, "good")
        _, history = await session.get("/history")
        assert [entry["status"]["status_str"] for entry in history.values()] == ["error", "success"]


@in_loop
async def test_the_engine_is_closed_in_the_end(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    async with served(tmp_path, engine):
        assert not engine.closed
    assert engine.closed


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://{host}"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Host": "evil.example"}, False),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, False),
        ({"Host": "localhost:8188"}, True),
    ],
    ids=str,
)
@in_loop
async def test_pages_of_other_sites_are_kept_out(
    tmp_path: Path, headers: dict[str, str], allowed: bool
) -> None:
    async with served(tmp_path) as session:
        host = f"127.0.0.1:{session.client.port}"
        sent = {key: value.format(host=host) for key, value in headers.items()}
        status, _ = await session.get("/queue", headers=sent)
        assert status == (200 if allowed else 403)


@in_loop
async def test_a_server_that_listens_everywhere_has_any_name(tmp_path: Path) -> None:
    async with served(tmp_path, listen=("0.0.0.0",)) as session:
        assert (await session.get("/queue", headers={"Host": "box.example"}))[0] == 200
