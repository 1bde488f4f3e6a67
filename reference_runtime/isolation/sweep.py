"""End every process that a worker left behind, also those that left its process group.

A worker's processes are recognised by a random token in their environment, as the kernel shows it
in /proc. What a pack starts with an environment of its own making is missed; without /proc nothing
is found beyond the group.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from reference_runtime.isolation.scratch import TOKEN

ROUNDS = 50


def end_group(leader: int) -> None:
    """SIGKILL the process group of ``leader``; fine when it is gone already."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def end_marked(token: str) -> int:
    """SIGKILL every process marked with ``token``, again until none is left; how many there were.

    Several rounds, because a process may fork between looking and killing.
    """
    killed: set[int] = set()
    for _ in range(ROUNDS):
        found = marked(token)
        if not found:
            break
        for pid in found:
            _kill(pid)
        killed.update(found)
        time.sleep(0.005)
    return len(killed)


def marked(token: str) -> list[int]:
    """Living processes (zombies left out) whose initial environment holds exactly this token."""
    wanted = f"{TOKEN}={token}".encode()
    return [
        int(entry.name)
        for entry in _processes()
        if int(entry.name) != os.getpid() and wanted in _environment(entry).split(b"\0")
    ]


def _processes() -> list[Path]:
    try:
        return [entry for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    except OSError:
        return []


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()  # empty for zombies
    except OSError:
        return b""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
