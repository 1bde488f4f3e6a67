"""Attacks on the confinement, each from a fresh confined process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reference_runtime.isolation import confine

ROOT = Path(__file__).parents[3]
ATTACKS = {
    "create": ("writes", "open(outside + '/new', 'w')"),
    "append": ("writes", "open(outside + '/old', 'a')"),
    "truncate": ("writes", "os.truncate(outside + '/old', 0)"),
    "remove": ("writes", "os.remove(outside + '/old')"),
    "rename away": ("writes", "os.rename(outside + '/old', inside + '/x')"),
    "rename in": ("writes", "os.rename(inside + '/mine', outside + '/x')"),
    "link in": ("writes", "os.link(inside + '/mine', outside + '/x')"),
    "make folder": ("writes", "os.mkdir(outside + '/x')"),
    "make fifo": ("writes", "os.mkfifo(outside + '/x')"),
    "through a link": (
        "writes",
        "os.symlink(outside, inside + '/l'); open(inside + '/l/new', 'w')",
    ),
    "in a child": (
        "writes",
        "subprocess.run([sys.executable, '-c', 'import sys; open(sys.argv[1], \"w\")', "
        "outside + '/new'], check=True, stderr=-3)",
    ),
    "connect": ("tcp", "socket.create_connection(('127.0.0.1', port))"),
    "listen": ("tcp", "socket.socket().bind(('127.0.0.1', 0))"),
    "signal the parent": ("signals", "os.kill(os.getppid(), 0)"),
}
ALLOWED = {
    "write inside": "open(inside + '/new', 'w').write('x')",
    "folder tree inside": "os.makedirs(inside + '/a/b'); os.rename(inside + '/a/b', inside + '/c')",
    "null": "open('/dev/null', 'w').write('x')",
    "lock": "import multiprocessing; multiprocessing.Lock()",
    "read": "open(outside + '/old').read()",
    "run a program": "subprocess.run(['true'], check=True)",
    "signal itself": "os.kill(os.getpid(), 0)",
}
SCRIPT = """
import json, os, socket, subprocess, sys
sys.path.insert(0, {root!r})
from reference_runtime.isolation.confine import confine
inside, outside, port = {inside!r}, {outside!r}, {port}
state = confine([inside], outside + "/sentinel")
try:
    {code}
    outcome = "done"
except Exception as error:
    outcome = type(error).__name__
print(json.dumps([state.text, state.writes, outcome]))
"""


def attack(folder: Path, code: str) -> tuple[str, bool, str]:
    """Confinement text, whether writes are refused, and how the code ended."""
    inside, outside = folder / "inside", folder / "outside"
    for each in (inside, outside):
        each.mkdir()
    (inside / "mine").write_text("mine")
    (outside / "old").write_text("old")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = SCRIPT.format(
            root=str(ROOT), inside=str(inside), outside=str(outside), port=port, code=code
        )
        done = subprocess.run(
            [sys.executable, "-B", "-c", script], capture_output=True, text=True, check=True
        )
    text, writes, outcome = json.loads(done.stdout.splitlines()[-1])
    assert sorted(path.name for path in outside.iterdir()) == ["old"] or not writes
    assert (outside / "old").read_text() == "old" or not writes
    return text, writes, outcome


@pytest.mark.parametrize(("kind", "code"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_fails_where_the_text_says_so(tmp_path: Path, kind: str, code: str) -> None:
    text, _, outcome = attack(tmp_path, code)
    if kind not in text:
        pytest.skip(text)
    assert outcome in ("PermissionError", "OSError", "CalledProcessError")


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED.keys())
def test_ordinary_work_goes_on(tmp_path: Path, code: str) -> None:
    assert attack(tmp_path, code)[2] == "done"


def test_the_sentinel_decides_not_the_version(tmp_path: Path) -> None:
    """Rules that allow too much are found out: the sentinel lies in a writable folder."""
    script = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from reference_runtime.isolation.confine import confine
state = confine([{str(tmp_path)!r}], {str(tmp_path / "sentinel")!r})
print(state.text, state.writes)
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("not enforced: ")
    assert done.stdout.endswith("False\n")
    assert list(tmp_path.iterdir()) == []


def test_without_landlock_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(confine, "_syscall", lambda *arguments: -errno.ENOSYS)
    state = confine.confine(["/tmp"], "/tmp/x")
    assert state.writes is False
    assert state.text.startswith("not enforced: the kernel has no Landlock")


def test_another_system_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    state = confine.confine([], "/x")
    assert state == confine.Confinement("not enforced: no Landlock on darwin", False)


def test_a_worker_without_its_parent_leaves() -> None:
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from reference_runtime.isolation.confine import die_with_parent
die_with_parent({os.getpid() + 1})
print("still here")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b""
