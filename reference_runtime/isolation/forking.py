"""The host's side of a nursery: new workers in milliseconds, where the platform can fork.

``start_worker`` is what a running host uses: it takes the nursery of the interpreter, or spawns
plainly. ``fork_now`` is for callers without an event loop.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import secrets
import select
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from reference_runtime.isolation.launch import Launched, spawn
from reference_runtime.isolation.process import BOOTSTRAP, Begun, compile_package, pidfd
from reference_runtime.isolation.scratch import worker_environment
from reference_runtime.sandbox.launching import Confinement
from reference_runtime.sandbox.policy import Enforced

PRELOAD_SECONDS = 60.0
FORK_SECONDS = 10.0
REAP_SECONDS = 5.0
PAUSE_SECONDS = 0.002
MAX_ANSWER = 1 << 16


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


class ForkedProcess:
    """A forked worker with the face that ``subprocess`` gives to a process."""

    def __init__(self, forked: Forked) -> None:
        self._forked = forked
        self.pid = forked.pid
        self.stdin = os.fdopen(forked.writes, "wb", buffering=0)
        self.stdout = os.fdopen(forked.reads, "rb", buffering=0)
        self.stderr = os.fdopen(forked.printed, "rb", buffering=0)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._forked.status()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The return code, within ``timeout`` seconds. Raises subprocess.TimeoutExpired."""
        limit = float("inf") if timeout is None else time.monotonic() + timeout
        ended = pidfd(self.pid) if self.returncode is None else None
        try:
            if ended is not None:
                select.select([ended], [], [], timeout)
            while (status := self.poll()) is None:
                if time.monotonic() >= limit:
                    raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout or 0)
                time.sleep(PAUSE_SECONDS)
        finally:
            if ended is not None:
                os.close(ended)
        return status


@dataclass
class Nursery:
    """A preloaded process of one interpreter; see ``nursery``."""

    process: subprocess.Popen[bytes]
    forks: socket.socket
    reaps: socket.socket
    ready: bool = False
    missing: tuple[str, ...] = ()
    """What it could not preload."""
    hash_seed: int = 0

    def __post_init__(self) -> None:
        self._turn, self._reaping = Lock(), Lock()
        """One question at a time on each of the sockets, whichever thread or loop asks."""

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    async def fork(
        self, work: Path, inherited: tuple[int, ...] = ()
    ) -> tuple[Forked, tuple[int, ...]]:
        """A new worker, and the numbers that ``inherited`` descriptors have in it.

        Raises NurseryFailed.
        """
        order = _Order(work, self.hash_seed)
        try:
            while not self._turn.acquire(blocking=False):
                await asyncio.sleep(PAUSE_SECONDS)
            try:
                if not self.ready:
                    self._note_ready(await self._answer(PRELOAD_SECONDS))
                self._ask(order, inherited)
                answer = await self._answer(FORK_SECONDS)
            finally:
                self._turn.release()
        except BaseException:
            _close_all(order.ours)
            raise
        finally:
            _close_all(order.theirs)
        return Forked(self, answer["pid"], order.token, order.ours), tuple(answer["inherited"])

    def fork_now(self, work: Path) -> Forked:
        """``fork`` for callers without an event loop. Raises NurseryFailed."""
        order = _Order(work, self.hash_seed)
        try:
            with self._turn:
                if not self.ready:
                    self._note_ready(self._answer_now(PRELOAD_SECONDS))
                self._ask(order)
                answer = self._answer_now(FORK_SECONDS)
        except BaseException:
            _close_all(order.ours)
            raise
        finally:
            _close_all(order.theirs)
        return Forked(self, answer["pid"], order.token, order.ours)

    def _note_ready(self, answer: dict[str, Any]) -> None:
        self.ready, self.missing = True, tuple(answer["missing"])

    def _ask(self, order: _Order, inherited: tuple[int, ...] = ()) -> None:
        descriptors = [*order.theirs, *inherited]
        try:
            socket.send_fds(self.forks, [json.dumps(order.request).encode()], descriptors)
        except OSError as error:
            raise NurseryFailed(f"the process that forks workers is gone: {error}") from None

    async def _answer(self, seconds: float) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        try:
            data = await asyncio.wait_for(loop.sock_recv(self.forks, MAX_ANSWER), seconds)
        except (asyncio.TimeoutError, OSError) as error:
            raise self._failed(f"no answer of the process that forks workers: {error}") from None
        return self._understood(data)

    def _answer_now(self, seconds: float) -> dict[str, Any]:
        try:
            if not select.select([self.forks], [], [], seconds)[0]:
                raise self._failed("no answer of the process that forks workers")
            data = self.forks.recv(MAX_ANSWER)
        except (OSError, ValueError) as error:
            raise self._failed(f"no answer of the process that forks workers: {error}") from None
        return self._understood(data)

    def _understood(self, data: bytes) -> dict[str, Any]:
        if not data:
            raise self._failed("the process that forks workers ended")
        answer: dict[str, Any] = json.loads(data)
        return answer

    def _failed(self, why: str) -> NurseryFailed:
        self.end()
        return NurseryFailed(why)

    def status(self, pid: int) -> int | None:
        """How that worker ended; None while it runs."""
        try:
            with self._reaping:
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


class _Order:
    """What a nursery is told of a new worker: its place, its pipes, its environment."""

    def __init__(self, work: Path, hash_seed: int) -> None:
        self.token = secrets.token_hex(16)
        environment = worker_environment(work, self.token, hash_seed)
        self.request = {"folder": str(work / "host"), "environment": environment}
        self.theirs, self.ours = _pipes()


def start_nursery(python: str, hash_seed: int = 0) -> Nursery:
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
            env=worker_environment(Path(tempfile.gettempdir()), "0" * 32, hash_seed),
            start_new_session=True,
            pass_fds=numbers,
        )
    except OSError as error:
        _close_sockets(forks, reaps)
        raise NurseryFailed(f"{python} can't be started: {error}") from None
    finally:
        _close_sockets(theirs, their_reaps)
    return Nursery(process, forks, reaps, hash_seed=hash_seed)


_nurseries: dict[tuple[str, int], Nursery] = {}
"""By interpreter and hash seed."""
_starting = Lock()


def nursery_of(python: str, hash_seed: int = 0) -> Nursery:
    """The living nursery of an interpreter, started when there is none. Raises NurseryFailed."""
    with _starting:
        found = _nurseries.get((python, hash_seed))
        if found is None or not found.alive:
            found = _nurseries[python, hash_seed] = start_nursery(python, hash_seed)
        return found


def fork_now(python: str, work: Path, hash_seed: int = 0) -> Begun | None:
    """A new worker, forked from the nursery that ``nursery_of`` has started; None where there is no
    living one: it is not started here, for it ends with the thread that starts it."""
    nursery = _nurseries.get((python, hash_seed))
    if nursery is None or not nursery.alive:
        return None
    try:
        forked = nursery.fork_now(work)
    except NurseryFailed:
        return None
    return Begun(ForkedProcess(forked), forked.token)


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
