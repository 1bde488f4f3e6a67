"""Single requests and the first messages of a WebSocket, as recorded; the order of keys too."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("yaml")

DATA = Path(__file__).parents[2] / "data"
RECORDED: dict[str, Any] = json.loads((DATA / "host_http.json").read_text("utf-8"))
REQUESTS: dict[str, tuple[str, bytes | None]] = {
    "no_prompt": ("/prompt", b"{}"),
    "not_json": ("/prompt", b"no json"),
    "history_unknown": ("/history/unknown", None),
    "prompt_get": ("/prompt", None),
    "queue_get": ("/queue", None),
    "view_missing": ("/view?filename=missing.png", None),
    "view_no_filename": ("/view", None),
    "view_traversal": ("/view?filename=../outside.png", None),
    "view_bad_type": ("/view?filename=missing.png&type=neither", None),
    "object_info_one": ("/object_info/OV3Const", None),
    "object_info_unknown": ("/object_info/Unknown", None),
    "object_info_lazy": ("/object_info/OV3LazyPick", None),
    "object_info_types": ("/object_info/OV3Types", None),
    "object_info_hidden": ("/object_info/OV3Hidden", None),
    "object_info_listout": ("/object_info/OV3ListOut", None),
    "features": ("/features", None),
    "interrupt_idle": ("/interrupt", b"{}"),
    "interrupt_idle_nobody": ("/interrupt", b""),
    "api_prefix_prompt_get": ("/api/prompt", None),
}
"""By name of the recorded answer: path, and body of a POST."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the recorded pack, under its name in the recording."""
    folder = tmp_path_factory.mktemp("server")
    pack = folder / "oracle-v3-pack"
    shutil.copytree(DATA / "trace_pack", pack)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "reference_runtime.server", "--port", str(port)]
    command += ["--base-directory", str(folder), "--pack", str(pack)]
    command += ["--level", "comfy-0.3.64"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(30)


def _asked(address: str, path: str, body: bytes | None) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(address + path, data=body, timeout=30) as reply:
            status, text = reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    try:
        return {"status": status, "body": json.loads(text)}
    except ValueError:
        return {"status": status, "body": text}


def test_every_recorded_answer_has_its_request() -> None:
    assert set(REQUESTS) == set(RECORDED["http_misc"])


@pytest.mark.parametrize("name", REQUESTS)
def test_a_single_request_is_answered_as_recorded(address: str, name: str) -> None:
    answer = _asked(address, *REQUESTS[name])
    assert json.dumps(answer) == json.dumps(RECORDED["http_misc"][name])


def test_the_first_messages_are_as_recorded(address: str) -> None:
    """A client with an id that tells its features, then one without an id."""

    async def messages() -> list[Any]:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{address}/ws?clientId=CLIENT") as socket:
                found = [await socket.receive_json(timeout=30)]
                await socket.send_json({"type": "feature_flags", "data": {}})
                found.append(await socket.receive_json(timeout=30))
            async with session.ws_connect(f"{address}/ws") as socket:
                nameless = await socket.receive_json(timeout=30)
        sid = nameless["data"]["sid"]
        nameless["data"]["sid"] = re.sub(r"^[0-9a-f]{32}$", "<32 hex>", sid)
        return [*found, nameless]

    assert json.dumps(asyncio.run(messages())) == json.dumps(RECORDED["ws_handshake"])


def test_the_server_says_why_a_pack_of_the_other_brand_has_no_nodes(tmp_path: Path) -> None:
    pack = tmp_path / "oracle-v3-pack"
    shutil.copytree(DATA / "trace_pack", pack)
    command = [sys.executable, "-m", "reference_runtime.server", "--port", "0"]
    command += ["--base-directory", str(tmp_path), "--pack", str(pack)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        _, told = process.communicate(timeout=30)
    assert b"oracle-v3-pack: the pack has comfy_entrypoint, but studio-0.3.71 looks for" in told


def test_a_pack_whose_environment_cannot_be_had_is_named_and_left_out(tmp_path: Path) -> None:
    pack = tmp_path / "asks"
    pack.mkdir()
    (pack / "__init__.py").write_text("NODE_CLASS_MAPPINGS = {}\n")
    (pack / "requirements.txt").write_text("this is >> no requirement\n")
    command = [sys.executable, "-m", "reference_runtime.server", "--port", "0"]
    command += ["--isolation", "venv", "--base-directory", str(tmp_path), "--pack", str(pack)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        assert "SaveImage" in _asked(line.split()[-1], "/object_info/SaveImage", None)["body"]
        process.terminate()
        _, told = process.communicate(timeout=30)
    assert b"asks was not loaded: " in told
    assert b"this is >> no requirement" in told
