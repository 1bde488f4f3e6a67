"""Routes in a run: what ends a worker, what can't be called, and what the source alone shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from descriptions import a_pack
from judging import write_pack as write_sources
from tiny_packs import write_pack

from reference_runtime.escapes.facts import NO_AIOHTTP, RoutesFacts
from reference_runtime.escapes.requests import Parameter, body_of, shown, target_of
from studio_conformance.checks import NotApplicable, NotReached, all_checks
from studio_conformance.probing_routes import blank
from studio_conformance.results import Result
from studio_conformance.session import open_pack
from studio_conformance.subject import Pack

PACK = """
import os
from aiohttp import web
from server import PromptServer
import folder_paths

ROUTES = PromptServer.instance.routes

@ROUTES.get("/tests/end")
async def end(request):
    if "outside" in request.query["name"]:
        os._exit(3)
    return web.Response()

@ROUTES.post("/tests/read")
async def read(request):
    data = await request.json()
    with open(os.path.join(folder_paths.get_input_directory(), data["name"])) as file:
        return web.Response(text=file.read())

NODE_CLASS_MAPPINGS = {}
"""
SOURCE = """
async def handler(request):
    return open(request.query["name"]).read()
"""


def _rows(tmp_path: Path, **overrides: object) -> list[Result]:
    folder = write_pack(tmp_path, {"__init__.py": PACK})
    run = open_pack(str(folder), {"select": ("SANDBOX-020",), **overrides}, tmp_path)
    try:
        run.load()
        return [row for unit in run.units for row in run.run(unit)]
    finally:
        run.close()


def test_route_that_ends_its_worker_does_not_hide_the_next(tmp_path: Path) -> None:
    rows = _rows(tmp_path, timeout=5.0)
    assert [(row["input"], row["level"]) for row in rows] == [("POST /tests/read name", "error")]


def test_without_isolation_no_route_is_called(tmp_path: Path) -> None:
    rows = _rows(tmp_path, isolation="none")
    assert [(row["outcome"], row["level"], row["input"]) for row in rows] == [
        ("failed", "warning", "/tests/read")
    ]


def test_level_that_the_settings_give_counts(tmp_path: Path) -> None:
    rows = _rows(tmp_path, isolation="none", levels=(("SANDBOX-020", "error"),))
    assert [row["level"] for row in rows] == ["error"]


def _judged(tmp_path: Path, facts: RoutesFacts, source: str = SOURCE) -> list[str | None]:
    path = write_sources(tmp_path, __init__=source)
    description = a_pack()
    file = str(path / "__init__.py")
    description["load"]["routes"] = [{"method": "GET", "path": "/x", "file": file, "line": 2}]
    pack = Pack(path, description)
    pack.call_routes = lambda: facts
    return [each.level for each in all_checks()["SANDBOX-020"].judge(pack)]


def test_source_alone_is_a_warning_until_requests_get_there(tmp_path: Path) -> None:
    assert _judged(tmp_path, blank()) == ["warning"]
    assert _judged(tmp_path, {**blank(), "reached": [0]}) == []


def test_routes_that_were_not_tried_are_not_passed(tmp_path: Path) -> None:
    harmless = "\nasync def handler(request):\n    return None\n"
    assert _judged(tmp_path, blank(), harmless) == []
    with pytest.raises(NotReached, match="GET /x was not tried to the end: slow"):
        _judged(tmp_path, {**blank(), "left": {0: "slow"}}, harmless)
    with pytest.raises(NotApplicable, match="aiohttp"):
        _judged(tmp_path, {**blank(), "left": {0: NO_AIOHTTP}}, harmless)


def test_requests_carry_the_texts() -> None:
    values = {Parameter("path", "name"): "../a b", Parameter("query", "q"): "../x&y"}
    assert target_of("/p/{name:.{1,9}}/z", values) == "/p/..%2Fa%20b/z?q=../x%26y"
    body = body_of({Parameter("json", "a"): "../x", Parameter("form", "b"): "1"})
    assert body is not None
    assert body.data == b'{"a": "../x"}'
    upload = body_of({Parameter("upload", "image"): "../x"})
    assert upload is not None
    assert b"filename*=utf-8''..%2Fx" in upload.data
    assert shown("GET", "/p", Parameter("query", "q"), "../x") == "GET /p?q=../x"
