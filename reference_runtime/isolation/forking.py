"""The host's side of a nursery: new workers in milliseconds, where the platform can fork.

``start_worker`` is what others use: it takes the nursery of the interpreter, or spawns plainly.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.isolation.launch import Launched, spawn
from reference_runtime.isolation.process import BOOTSTRAP, compile_package
from reference_runtime.isolation.scratch import worker_environment
from reference_runtime.sandbox.launching import Confinement
from reference_runtime.sandbox.policy import Enforced

PRELOAD_SECONDS = 60.0
FORK_SECONDS = 10.0
REAP_SECONDS = 5.0


class NurseryFailed(Exception):
    """No worker can be forked; the message says why."""


class Forked:
    """A worker that a nursery started."""

    def __init__(self, nursery: Nursery, pid: int, token: str, pipes: tuple[int, int, int]) -> None:
        self.pid, self.token = pid, token
        self.writes, self.reads, self.printed = pipes
        self._nursery = nursery
        self._status: int | None = None

    def status(self) -> int | None:
        if self._status is None:
            self._status = self._nursery.status(self.pid)
        return self._status

    def enforced(self) -> Enforced | None:
        """It confines itself: it has run no code but ours."""
        return None


@dataclass
class Nursery:
    """A preloaded process of one interpreter; see ``nursery``."""

    process: subprocess.Popen[bytes]
    forks: socket.socket
    reaps: socket.socket
    ready: bool = False
    missing: tuple[str, ...] = ()
    """What it could not preload."""

    def __post_init__(self) -> None:
        self._locks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            weakref.WeakKeyDictionary()
        )
        self._gone: dict[int, int] = {}

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    async def fork(
        self, work: Path, inherited: tuple[int, ...] = ()
    ) -> tuple[Forked, tuple[int, ...]]:
        """A new worker, and the numbers that ``inherited`` descriptors have in it.

        Raises NurseryFailed.
        """
        token = secrets.token_hex(16)
        request = {"folder": str(work / "host"), "environment": worker_environment(work, token)}
        theirs, ours = _pipes()
        try:
            async with self._lock():
                await self._until_ready()
                answer = await self._ask(request, (*theirs, *inherited))
        except BaseException:
            _close_all(ours)
            raise
        finally:
            _close_all(theirs)
        return Forked(self, answer["pid"], token, ours), tuple(answer["inherited"])

    def _lock(self) -> asyncio.Lock:
        """One question at a time; a lock belongs to one event loop, a nursery outlives them."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def _until_ready(self) -> None:
        if not self.ready:
            answer = await self._answer(PRELOAD_SECONDS)
            self.ready, self.missing = True, tuple(answer["missing"])

    async def _ask(self, request: dict[str, Any], descriptors: tuple[int, ...]) -> dict[str, Any]:
        try:
            socket.send_fds(self.forks, [json.dumps(request).encode()], list(descriptors))
        except OSError as error:
            raise NurseryFailed(f"the process that forks workers is gone: {error}") from None
        return await self._answer(FORK_SECONDS)

    async def _answer(self, seconds: float) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        try:
            data = await asyncio.wait_for(loop.sock_recv(self.forks, 1 << 16), seconds)
        except (asyncio.TimeoutError, OSError) as error:
            self.end()
            raise NurseryFailed(f"no answer of the process that forks workers: {error}") from None
        if not data:
            self.end()
            raise NurseryFailed("the process that forks workers ended")
        answer: dict[str, Any] = json.loads(data)
        return answer

    def status(self, pid: int) -> int | None:
        """How that worker ended; None while it runs."""
        try:
            self.reaps.send(json.dumps({"pid": pid}).encode())
            status: int | None = json.loads(self.reaps.recv(4096))["status"]
        except (OSError, ValueError):
            return -9  # the kernel ends workers with the nursery
        return status

    def end(self) -> None:
        """End it; its workers end with it. Safe to call again."""
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(REAP_SECONDS)
        self.forks.close()
        self.reaps.close()


def start_nursery(python: str) -> Nursery:
    """Start one; it preloads meanwhile. Call it from a thread that lives as long as the workers.

    Raises NurseryFailed where that can't be done.
    """
    if sys.platform != "linux":
        raise NurseryFailed(f"workers are not forked on {sys.platform}")
    compile_package()
    forks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reaps, their_reaps = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    forks.setblocking(False)
    reaps.settimeout(REAP_SECONDS)
    numbers = theirs.fileno(), their_reaps.fileno()
    try:
        process = subprocess.Popen(
            [python, "-B", "-s", "-u", str(BOOTSTRAP), str(os.getpid()), *map(str, numbers)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=worker_environment(Path(tempfile.gettempdir()), "0" * 32),
            start_new_session=True,
            pass_fds=numbers,
        )
    except OSError as error:
        _close_sockets(forks, reaps)
        raise NurseryFailed(f"{python} can't be started: {error}") from None
    finally:
        _close_sockets(theirs, their_reaps)
    return Nursery(process, forks, reaps)


_nurseries: dict[str, Nursery] = {}


def nursery_of(python: str) -> Nursery:
    """The living nursery of an interpreter, started when there is none. Raises NurseryFailed."""
    found = _nurseries.get(python)
    if found is None or not found.alive:
        found = _nurseries[python] = start_nursery(python)
    return found


def end_nurseries() -> None:
    """End all of them, and so all of their workers."""
    while _nurseries:
        _nurseries.popitem()[1].end()


atexit.register(end_nurseries)


async def start_worker(
    python: str,
    work: Path,
    inherited: tuple[int, ...] = (),
    *,
    preloaded: bool = True,
    confinement: Confinement | None = None,
) -> tuple[Launched, tuple[int, ...]]:
    """A new worker, forked where that can be done and is wanted, else spawned.

    Also the numbers of the ``inherited`` descriptors in it. With a ``confinement`` it is spawned:
    a process is confined before its interpreter starts, or forked from one that runs. Raises
    OSError when ``python`` can't be started.
    """
    if preloaded and confinement is None:
        with contextlib.suppress(NurseryFailed):
            return await nursery_of(python).fork(work, inherited)
    return spawn(python, work, inherited, confinement), inherited


def _pipes() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """A worker's ends (stdin, stdout, stderr) and the host's."""
    (in_r, in_w), (out_r, out_w), (err_r, err_w) = os.pipe(), os.pipe(), os.pipe()
    return (in_r, out_w, err_w), (in_w, out_r, err_r)


def _close_all(descriptors: tuple[int, ...]) -> None:
    for fd in descriptors:
        os.close(fd)


def _close_sockets(*sockets: socket.socket) -> None:
    for each in sockets:
        each.close()
