"""The server stand-in records what packs register and send."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from reference_runtime.host.standins import server, server_web
from reference_runtime.host.standins.server import PromptServer, RouteRecorder


@pytest.fixture
def fresh() -> Iterator[PromptServer]:
    before = PromptServer.instance
    PromptServer.instance = PromptServer()
    yield PromptServer.instance
    PromptServer.instance = before


async def handle(request: Any) -> None:
    """A handler."""


def test_routes_are_recorded_with_their_handlers_place(fresh: PromptServer) -> None:
    assert fresh.routes.get("/mine/list")(handle) is handle
    fresh.app.router.add_post("/mine/save", handle)
    fresh.app.add_routes([SimpleNamespace(method="PUT", path="/mine/put", handler=handle)])
    found = [(route.method, route.path) for route in fresh.recorded_routes]
    assert found == [("GET", "/mine/list"), ("POST", "/mine/save"), ("PUT", "/mine/put")]
    line = handle.__code__.co_firstlineno
    assert {(route.file, route.line) for route in fresh.recorded_routes} == {(__file__, line)}


def test_a_static_folder_is_a_route(fresh: PromptServer) -> None:
    fresh.routes.static("/mine", "/somewhere")
    assert [(r.method, r.path) for r in fresh.recorded_routes] == [("STATIC", "/mine")]


def test_tables_of_aiohttp_are_taken_in(fresh: PromptServer) -> None:
    web = pytest.importorskip("aiohttp.web")
    table = web.RouteTableDef()
    table.delete("/mine/{name}")(handle)
    fresh.app.add_routes(table)
    assert [(r.method, r.path) for r in fresh.recorded_routes] == [("DELETE", "/mine/{name}")]


def test_without_aiohttp_web_registers_and_answers(fresh: PromptServer) -> None:
    web = server_web._without_aiohttp()
    table = web.RouteTableDef()
    table.get("/mine")(handle)
    fresh.app.add_routes(table)
    assert [(r.method, r.path) for r in fresh.recorded_routes] == [("GET", "/mine")]
    assert web.json_response({"a": 1}, status=404).status == 404


def test_unknown_registrations_are_attribute_errors() -> None:
    with pytest.raises(AttributeError):
        _ = RouteRecorder([]).add_everything


def test_messages_are_kept(fresh: PromptServer) -> None:
    fresh.send_sync("mine.done", {"value": 1})
    fresh.send_progress_text("half", "7")
    assert fresh.sent == [
        ("mine.done", {"value": 1}, None),
        (server.BinaryEventTypes.TEXT, ("half", "7"), None),
    ]


def test_prompt_handlers_run_and_a_failing_one_is_skipped(fresh: PromptServer) -> None:
    fresh.add_on_prompt_handler(lambda prompt: {**prompt, "seen": True})
    fresh.add_on_prompt_handler(lambda prompt: 1 / 0)
    assert fresh.trigger_on_prompt({"a": 1}) == {"a": 1, "seen": True}


def test_kinds_of_binary_messages() -> None:
    kinds = server.BinaryEventTypes
    numbers = (
        kinds.PREVIEW_IMAGE,
        kinds.UNENCODED_PREVIEW_IMAGE,
        kinds.TEXT,
        kinds.PREVIEW_IMAGE_WITH_METADATA,
    )
    assert numbers == (1, 2, 3, 4)
