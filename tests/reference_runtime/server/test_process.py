"""The whole server as a process: packs in workers, a prompt, and nothing left when it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("yaml")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

PACK = """
class Twice:
    CATEGORY, FUNCTION, RETURN_TYPES, OUTPUT_NODE = "t", "run", (), True
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"n": ("INT", {"default": 1})}}
    def run(self, n):
        return {"ui": {"n": [2 * n]}}
NODE_CLASS_MAPPINGS = {"Twice": Twice}
"""


@contextmanager
def started(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    (folder / "pack").mkdir()
    (folder / "pack" / "__init__.py").write_text(PACK)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "reference_runtime.server", "--port", str(port)]
    command += ["--base-directory", str(folder), "--pack", str(folder / "pack"), *options]
    (folder / "tmp").mkdir()
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:"), line
            yield process, line.split()[-1]
        finally:
            process.kill()


def ask(url: str, data: Any = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    with urllib.request.urlopen(url, data=body, timeout=30) as reply:
        return json.loads(reply.read())


def descendants(pid: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found: set[int] = set()
    while new := {child for child, up in parents.items() if up in found | {pid}} - found:
        found |= new
    return found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists() and not _zombie(pid)}


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def gone(pids: set[int]) -> bool:
    until = time.monotonic() + 15
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_prompt_runs_and_no_worker_outlives_the_server(tmp_path: Path, number: int) -> None:
    with started(tmp_path) as (process, address):
        prompt = {"1": {"class_type": "Twice", "inputs": {"n": 21}}}
        prompt_id = ask(f"{address}/prompt", {"prompt": prompt})["prompt_id"]
        history: Any = {}
        until = time.monotonic() + 30
        while not history and time.monotonic() < until:
            history = ask(f"{address}/history/{prompt_id}")
        assert history[prompt_id]["outputs"] == {"1": {"n": [42]}}
        assert "SaveImage" in ask(f"{address}/object_info")
        workers = descendants(process.pid)
        assert workers
        process.send_signal(number)
        assert process.wait(20) == (0 if number != signal.SIGKILL else -number)
        assert gone(workers)
        if number != signal.SIGKILL:
            assert list((tmp_path / "tmp").iterdir()) == []


def test_a_port_in_use_is_waited_for(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        command = [sys.executable, "-m", "reference_runtime.server", "--port", str(port)]
        command += ["--base-directory", str(tmp_path), "--isolation", "none"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                time.sleep(2.0)
                assert process.poll() is None
                busy.close()
                assert process.stdout is not None
                assert process.stdout.readline().strip().endswith(f":{port}")
            finally:
                process.terminate()


TALKING = """
class Talk:
    CATEGORY, FUNCTION, RETURN_TYPES, OUTPUT_NODE = "t", "run", (), True
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"n": ("INT", {"default": 1})}, "hidden": {"me": "UNIQUE_ID"}}
    def run(self, n, me):
        import comfy.utils
        from PIL import Image
        from server import PromptServer
        server = PromptServer.instance
        server.send_sync("talked", {"n": n, "to": server.client_id}, server.client_id)
        server.send_progress_text("half way", me)
        server.send_sync("unsendable", object())
        preview = ("PNG", Image.new("RGB", (8, 4)), None)
        comfy.utils.ProgressBar(2).update_absolute(1, 2, preview)
        return {"ui": {"n": [n]}}
NODE_CLASS_MAPPINGS = {"Talk": Talk}
"""


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_what_a_pack_sends_reaches_the_browser(tmp_path: Path, isolation: str) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    pytest.importorskip("PIL")
    pack = tmp_path / "talking"
    pack.mkdir()
    (pack / "__init__.py").write_text(TALKING)
    prompt = {"7": {"class_type": "Talk", "inputs": {"n": 21}}}

    async def frames(address: str) -> list[Any]:
        found: list[Any] = []
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{address}/ws?clientId=me") as ws,
        ):
            body = {"prompt": prompt, "client_id": "me"}
            async with session.post(f"{address}/prompt", json=body) as reply:
                assert reply.status == 200, await reply.text()
            while True:
                data = (await asyncio.wait_for(ws.receive(), 30)).data
                found.append(data if isinstance(data, bytes) else json.loads(data))
                if not isinstance(data, bytes) and found[-1]["type"] == "execution_success":
                    return found

    with started(tmp_path, "--pack", str(pack), "--isolation", isolation) as (_, address):
        found = asyncio.run(frames(address))
    named = {each["type"]: each["data"] for each in found if isinstance(each, dict)}
    assert named["talked"] == {"n": 21, "to": "me"}
    text, picture = (each for each in found if isinstance(each, bytes))
    assert text == b"\0\0\0\3" + b"\0\0\0\1" + b"7half way"
    assert picture[:16] == b"\0\0\0\1" + b"\0\0\0\2" + b"\x89PNG\r\n\x1a\n"
