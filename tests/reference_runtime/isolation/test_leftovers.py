"""However the host process ends: no worker, no descendant, no folder stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_packs import processes_of

from reference_runtime.isolation.output import Output
from reference_runtime.isolation.scratch import Scratch

ROOT = Path(__file__).parents[3]
HOST = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
sys.path.insert(0, {root!r})
from pathlib import Path
from reference_runtime.runtime import PackSpec, inspect_pack
spec = PackSpec(Path({pack!r}), "studio-0.3.71", timeout=60)
inspect_pack(spec, on_progress=lambda text: print(text, flush=True))
"""
HANGING = """
import subprocess, time
subprocess.Popen(["sleep", "60"], start_new_session=True)
print("ready")
time.sleep(60)
"""


def wait_until(condition: object, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM)],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_an_interrupted_host_cleans_up(tmp_path: Path, number: int, status: int) -> None:
    host = start_host(tmp_path)
    assert len(processes_of(tmp_path)) == 2
    host.send_signal(number)
    assert host.wait(10) == status
    assert processes_of(tmp_path) == set()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_killed_host_takes_its_worker_along(tmp_path: Path) -> None:
    """The scratch folder can't be removed then; what left the worker's group stays too."""
    host = start_host(tmp_path)
    host.kill()
    host.wait(10)
    assert wait_until(lambda: len(processes_of(tmp_path)) == 1)
    for pid in processes_of(tmp_path):  # the sleeping program
        os.kill(pid, signal.SIGKILL)


def start_host(folder: Path) -> subprocess.Popen[str]:
    """A host process whose pack hangs, with a program in a session of its own."""
    (folder / "pack.py").write_text(HANGING)
    (folder / "tmp").mkdir()
    script = HOST.format(root=str(ROOT), pack=str(folder / "pack.py"))
    host = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
    )
    assert host.stdout is not None
    with host.stdout:
        assert host.stdout.readline() == "import\n"
    assert wait_until(lambda: len(processes_of(folder)) == 2)
    return host


def test_scratch_is_removed_whatever_its_permissions(tmp_path: Path) -> None:
    with Scratch() as scratch:
        locked = scratch.work / "locked" / "inner"
        locked.mkdir(parents=True)
        (locked / "file").write_text("x")
        locked.chmod(0)
        locked.parent.chmod(0)
    assert not scratch.root.exists()


def test_output_keeps_both_ends_and_counts_all() -> None:
    output = Output(kept=10)
    for block in (b"0123456", b"789abc", b"x" * 1000, b"the end"):
        output.feed(block)
    assert output.size == 7 + 6 + 1000 + 7
    assert output.text() == "0123456789\n[... 1000 bytes left out ...]\nxxxthe end"


def test_output_within_bounds_is_complete() -> None:
    output = Output(kept=10)
    output.feed(b"0123456789abcdefghij")
    assert output.text() == "0123456789abcdefghij"
    assert Output().text() == ""


def test_last_lines_are_bounded() -> None:
    output = Output()
    output.feed(b"".join(b"line %d\n" % number for number in range(100)))
    assert output.last_lines(2) == "line 98\nline 99"
    assert len(output.last_lines(100, limit=50)) == 50
