"""Packs that end, hang, flood or fork their worker: each costs one clear entry, nothing is left."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_packs import (
    V1_PACK,
    V3_HEAD,
    V3_TAIL,
    inspect_source,
    keys,
    kinds,
    node_of,
    processes_of,
)

pytestmark = pytest.mark.alone


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each test: no process of a worker, no child of ours, no scratch folder."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert not processes_of(folder)
    assert list(folder.iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ("import os; os._exit(0)", "exited with status 0"),
        ("import os; os._exit(3)", "exited with status 3"),
        ("import ctypes; ctypes.string_at(0)", "killed by SIGSEGV"),
        ("import os; os.abort()", "killed by SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
        ("import os, signal; os.killpg(os.getpgrp(), signal.SIGKILL)", "killed by SIGKILL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "killed by SIGTERM"),
    ],
)
def test_death_at_import_is_explained(tmp_path: Path, statement: str, cause: str) -> None:
    found = inspect_source(tmp_path, f"print('last words')\n{statement}\n{V1_PACK}")
    assert kinds(found) == ["load-crashed"]
    assert [death.cause for death in found.deaths] == [cause]
    assert found.deaths[0].request == "import"
    assert found.deaths[0].stderr_tail == "last words"
    assert cause in found.description["problems"][0]["message"]
    assert keys(found) == []
    assert found.description["load"]["loaded"] is False


@pytest.mark.parametrize(
    "statement",
    [
        "import time; time.sleep(60)",
        "while True: pass",
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
        "while True: pass",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    ],
    ids=["sleep", "busy", "signals blocked", "stopped"],
)
def test_hang_at_import_ends_at_the_deadline(tmp_path: Path, statement: str) -> None:
    started = time.monotonic()
    found = inspect_source(tmp_path, f"{statement}\n{V1_PACK}", timeout=0.7)
    assert time.monotonic() - started < 10
    assert kinds(found) == ["load-hung"]
    assert found.deaths[0].cause == "no answer within 0.7 s"
    assert found.deaths[0].request == "import"


@pytest.mark.parametrize("error", ["SystemExit(2)", "KeyboardInterrupt()"])
def test_exit_at_import_is_caught_and_named(tmp_path: Path, error: str) -> None:
    found = inspect_source(tmp_path, f"x = 1\nraise {error}\n{V1_PACK}")
    (problem,) = found.description["problems"]
    assert problem["kind"] == "exit-at-import"
    assert problem["line"] == 2
    assert found.deaths == []


def test_only_the_node_that_kills_the_worker_is_lost(tmp_path: Path) -> None:
    source = f"""{V3_HEAD}
class Deadly(make("Base")):
    @classmethod
    def define_schema(cls):
        import os
        print("dying")
        os._exit(7)
NODES = [make("First"), Deadly, make("Last")]
{V3_TAIL}"""
    found = inspect_source(tmp_path, source)
    assert keys(found) == ["First", "Last"]
    (problem,) = found.description["problems"]
    assert (problem["kind"], problem["node"]) == ("node-crashed", "Deadly")
    assert found.deaths[0].request == "describe Deadly"
    assert "exited with status 7" in problem["message"]
    assert found.output.count("dying") == 1


def test_only_the_node_that_hangs_is_lost(tmp_path: Path) -> None:
    source = (
        V1_PACK
        + """
class Slow(Invert):
    @classmethod
    def INPUT_TYPES(cls):
        while True: pass
NODE_CLASS_MAPPINGS = {"A": Invert, "Slow": Slow, "Z": Invert}
"""
    )
    found = inspect_source(tmp_path, source, timeout=1.5)
    assert keys(found) == ["A", "Z"]
    assert kinds(found) == ["node-hung"]
    assert node_of(found, "Z")["failure"] is None


def test_a_pack_that_keeps_dying_is_given_up_and_every_node_named(tmp_path: Path) -> None:
    source = (
        V1_PACK
        + """
import os
class Deadly(Invert):
    @classmethod
    def INPUT_TYPES(cls):
        os._exit(1)
NODE_CLASS_MAPPINGS = {f"N{i:02}": Deadly for i in range(7)}
"""
    )
    found = inspect_source(tmp_path, source)
    named = [problem["node"] for problem in found.description["problems"]]
    assert named == [f"N{i:02}" for i in range(7)]
    assert len(found.deaths) == 5


def test_flood_on_stdout_is_counted_and_bounded(tmp_path: Path) -> None:
    source = "import os\nblock = 'x' * (1 << 20)\nprint('begin')\n"
    source += "for _ in range(100): print(block)\nprint('end')\n" + V1_PACK
    found = inspect_source(tmp_path, source)
    assert keys(found) == ["Invert"]
    assert found.output_bytes == 100 * ((1 << 20) + 1) + len("begin\nend\n")
    assert len(found.output) < 200_000
    assert found.output.startswith("begin\n")
    assert found.output.endswith("end\n")
    assert "bytes left out" in found.output


def test_output_cannot_pose_as_an_answer(tmp_path: Path) -> None:
    frame = '{"jsonrpc":"2.0","id":2,"result":{"load":{}}}'
    source = f"""
import os, sys
print({frame!r})
os.write(1, {(frame + chr(10)).encode()!r})
sys.__stdout__.write({frame!r})
assert sys.stdin.read() == ""
{V1_PACK}"""
    found = inspect_source(tmp_path, source)
    assert keys(found) == ["Invert"]
    assert found.output.count('"jsonrpc"') == 3


def test_closing_the_channel_is_the_end(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, f"import os; os.closerange(3, 256)\n{V1_PACK}")
    assert kinds(found) == ["load-crashed"]


def test_writing_garbage_into_the_channel_is_a_violation(tmp_path: Path) -> None:
    source = """
import os
for fd in range(3, 20):
    try:
        os.write(fd, b"no frame\\n")
    except OSError:
        pass
"""
    found = inspect_source(tmp_path, source + V1_PACK)
    assert kinds(found) == ["load-crashed"]
    assert "broke the protocol" in found.deaths[0].cause
    assert "no frame" in found.deaths[0].cause


FORKS = {
    "goes on": "os.fork()",
    "goes on, without hooks": "import ctypes; ctypes.CDLL(None).fork()",
    "sleeps": "os.fork() or time.sleep(60)",
    "left the group": "if os.fork() == 0:\n    os.setsid()\n    time.sleep(60)",
    "daemon": "if not os.fork():\n os.setsid()\n if os.fork(): os._exit(0)\n time.sleep(60)",
}


@pytest.mark.parametrize("statement", FORKS.values(), ids=FORKS.keys())
def test_a_forked_child_neither_confuses_nor_survives(tmp_path: Path, statement: str) -> None:
    found = inspect_source(tmp_path, f"import os, time\n{statement}\n{V1_PACK}")
    assert keys(found) == ["Invert"]
    assert found.deaths == []


def test_a_program_in_its_own_session_is_ended(tmp_path: Path) -> None:
    source = "import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)\n"
    found = inspect_source(tmp_path, source + V1_PACK)
    assert keys(found) == ["Invert"]


def test_a_broken_standard_library_does_not_reach_the_channel(tmp_path: Path) -> None:
    source = (
        V1_PACK
        + """
import json, os, sys, builtins
def broken(*a, **k): raise RuntimeError("patched")
json.dumps = json.loads = json.JSONEncoder.default = broken
os.read = os.write = os.getpid = broken
sys.stdout = sys.stderr = None
sys.excepthook = broken
"""
    )
    found = inspect_source(tmp_path, source)
    assert keys(found) == ["Invert"]
    assert kinds(found) == []
