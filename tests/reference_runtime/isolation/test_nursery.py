"""Forking without real workers: what stays open, and what a new worker has of its own."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.isolation import forking
from reference_runtime.isolation.forking import Forked, ForkedProcess, Nursery, NurseryFailed
from reference_runtime.isolation.nursery import _forget_state
from reference_runtime.isolation.process import Begun, WorkerDied, WorkerProcess
from reference_runtime.isolation.scratch import Scratch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


class Process:
    """Stands in for the process that forks."""

    pid, ended = 1, False

    def kill(self) -> None:
        self.ended = True

    def wait(self, timeout: float) -> int:
        return -9

    def poll(self) -> int | None:
        return -9 if self.ended else None


Both = tuple[Nursery, socket.socket]


@pytest.fixture
def both() -> Iterator[Both]:
    """A nursery that is ready, and the other end of the socket on which it asks for workers."""
    forks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    reaps, their_reaps = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    forks.setblocking(False)
    process: Any = Process()
    yield Nursery(process, forks, reaps, ready=True), theirs
    for each in (forks, theirs, reaps, their_reaps):
        each.close()


def descriptors() -> set[str]:
    """Those that are open now, but for that of the listing itself."""
    return {fd for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}")}


def asked_now(nursery: Nursery, work: Path) -> Forked:
    return nursery.fork_now(work)


def asked_in_a_loop(nursery: Nursery, work: Path) -> Forked:
    return asyncio.run(nursery.fork(work))[0]


both_ways = pytest.mark.parametrize("ask", [asked_now, asked_in_a_loop])


@both_ways
def test_the_workers_ends_of_its_pipes_are_closed_here(
    ask: Callable[[Nursery, Path], Forked], both: Both, tmp_path: Path
) -> None:
    nursery, theirs = both
    theirs.send(json.dumps({"pid": 7, "inherited": []}).encode())
    before = descriptors()
    forked = ask(nursery, tmp_path)
    assert (forked.pid, len(descriptors() - before)) == (7, 3)
    for fd in (forked.writes, forked.reads, forked.printed):
        os.close(fd)
    assert descriptors() == before


@both_ways
def test_nothing_stays_open_where_no_worker_comes(
    ask: Callable[[Nursery, Path], Forked], both: Both, tmp_path: Path
) -> None:
    nursery, theirs = both
    before = descriptors() - {str(nursery.forks.fileno()), str(nursery.reaps.fileno())}
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(NurseryFailed, match="ended"):
        ask(nursery, tmp_path)
    assert descriptors() == before
    assert not nursery.alive


def test_one_that_can_not_fork_gives_no_worker(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nursery, theirs = both
    monkeypatch.setattr(forking, "_nurseries", {("python", 0): nursery})
    assert forking.fork_now("python", tmp_path, hash_seed=1) is None
    theirs.shutdown(socket.SHUT_WR)
    assert forking.fork_now("python", tmp_path) is None
    assert forking.fork_now("python", tmp_path) is None  # It has ended by now.


def test_a_nursery_that_ended_is_replaced(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    nursery, _ = both
    started: list[tuple[str, int]] = []

    def start(python: str, hash_seed: int) -> Nursery:
        started.append((python, hash_seed))
        return nursery

    monkeypatch.setattr(forking, "_nurseries", {("python", 0): nursery})
    monkeypatch.setattr(forking, "start_nursery", start)
    assert forking.nursery_of("python") is nursery
    assert started == []
    forking.nursery_of("python", 3)
    nursery.process.kill()
    forking.nursery_of("python")
    assert started == [("python", 3), ("python", 0)]


@pytest.mark.parametrize("status", [0, None])
def test_waiting_for_an_end_leaves_nothing_open(status: int | None) -> None:
    class Stub:
        def __init__(self, pid: int) -> None:
            self.pid = pid
            self.writes, self.reads, self.printed = (
                os.open(os.devnull, os.O_RDWR) for _ in range(3)
            )

        def status(self) -> int | None:
            return status

    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        stub: Any = Stub(child.pid)
        process = ForkedProcess(stub)
        before = descriptors()
        if status is None:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.01)
        else:
            assert process.wait() == 0
        assert descriptors() == before
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


def test_a_worker_that_was_ended_leaves_nothing_open() -> None:
    with Scratch() as scratch:
        before = descriptors()
        with WorkerProcess(sys.executable, scratch.work) as worker:
            assert len(descriptors() - before) > 3
        worker.kill()
        assert descriptors() == before


def test_a_worker_that_closes_its_channel_is_not_waited_for(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    code = "import os, time; os.close(1); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0,
        start_new_session=True,
    )  # fmt: skip
    with (
        WorkerProcess("python", tmp_path, begun=Begun(process, "0" * 32)) as worker,
        pytest.raises(WorkerDied, match="closed its end of the channel") as caught,
    ):
        worker.call("hello", {}, 20, "hello")
    assert not caught.value.hung
    assert process.returncode == -9


def test_a_new_worker_draws_other_numbers_and_looks_for_its_own_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numpy = pytest.importorskip("numpy")
    kept = random.getstate(), numpy.random.get_state()

    def drawn() -> list[float]:
        return [random.random(), numpy.random.random()]

    try:
        random.seed(0)
        numpy.random.seed(0)
        forked = drawn()
        random.seed(0)
        numpy.random.seed(0)
        monkeypatch.setattr(tempfile, "tempdir", "/of/the/nursery")
        _forget_state()
        assert not set(drawn()) & set(forked)
        assert tempfile.tempdir is None
    finally:
        random.setstate(kept[0])
        numpy.random.set_state(kept[1])
