"""End every process that a worker left behind, also those that left its process group.

A worker's processes are recognised by a random token in their environment, as the kernel shows it
in /proc, and where the worker has a mount namespace of its own by that, which no process of it can
leave. Without /proc nothing is found beyond the group.
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


class Namespace:
    """A mount namespace that is not ours. Held open, so that its number stays its own."""

    def __init__(self, fd: int, number: int) -> None:
        self._fd, self.number = fd, number

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def own_namespace(pid: int) -> Namespace | None:
    """The mount namespace of a process; None when it is ours, or can't be told."""
    try:
        fd = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        number = os.fstat(fd).st_ino
        if number != os.stat("/proc/self/ns/mnt").st_ino:
            return Namespace(fd, number)
        os.close(fd)
    except OSError:
        pass
    return None


def end_marked(token: str, namespace: Namespace | None = None) -> int:
    """SIGKILL every process with this token or mount namespace, again until none is left; how many
    there were. The namespace is closed.

    Several rounds, because a process may fork between looking and killing.
    """
    killed: set[int] = set()
    for _ in range(ROUNDS):
        found = {*marked(token), *(within(namespace.number) if namespace else ())}
        if not found:
            break
        for pid in found:
            _kill(pid)
        killed.update(found)
        time.sleep(0.005)
    if namespace is not None:
        namespace.close()
    return len(killed)


def marked(token: str) -> list[int]:
    """Living processes (zombies left out) whose initial environment holds exactly this token."""
    wanted = f"{TOKEN}={token}".encode()
    return [
        int(entry.name)
        for entry in _processes()
        if int(entry.name) != os.getpid() and wanted in _environment(entry).split(b"\0")
    ]


def within(namespace: int) -> list[int]:
    """Living processes whose mount namespace has this number; never this one."""
    return [
        int(entry.name)
        for entry in _processes()
        if int(entry.name) != os.getpid() and _namespace(entry) == namespace
    ]


def _namespace(process: Path) -> int | None:
    try:
        return os.stat(process / "ns" / "mnt").st_ino
    except OSError:
        return None


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
