"""Forked workers: confined and fresh as spawned ones, there in milliseconds, never orphans."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from peers import ROOT

from reference_runtime.isolation import confining
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.forking import (
    Forked,
    end_nurseries,
    nursery_of,
    start_worker,
)
from reference_runtime.isolation.hosted import HostedWorker
from reference_runtime.isolation.launch import Spawned
from reference_runtime.isolation.rpc import PROTOCOL
from reference_runtime.isolation.scratch import TOKEN, Scratch
from reference_runtime.isolation.sweep import marked
from reference_runtime.sandbox.policy import SandboxPolicy

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only"),
]


@pytest.fixture(scope="module", autouse=True)
def _no_nursery_remains() -> Iterator[None]:
    yield
    end_nurseries()


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    with Scratch() as made:
        yield made


Talk = Callable[[HostedWorker], Awaitable[Any]]


def talk(scratch: Scratch, doing: Talk, **options: Any) -> Any:
    async def inside() -> Any:
        launched, _ = await start_worker(sys.executable, scratch.work, **options)
        async with HostedWorker(launched) as worker:
            return await doing(worker)

    return asyncio.run(inside())


def a_policy(scratch: Scratch) -> SandboxPolicy:
    write = [scratch.work]
    return confining.worker_policy(confining.DEFAULT, scratch.host, sys.executable, write)


async def hello(worker: HostedWorker, scratch: Scratch, keep: tuple[int, ...] = ()) -> Any:
    params = {
        "protocol": PROTOCOL,
        **confining.hello(confining.DEFAULT, a_policy(scratch), scratch, keep),
    }
    return await worker.channel.call("hello", params, timeout=30)


def process_facts(pid: int) -> dict[str, Any]:
    at = Path("/proc", str(pid))
    return {
        "cwd": os.readlink(at / "cwd"),
        "session": os.getsid(pid),
        "stdin": os.readlink(at / "fd" / "0"),
        "descriptors": sorted(int(n) for n in os.listdir(at / "fd")),
    }


@pytest.mark.parametrize("preloaded", [True, False])
def test_both_kinds_are_alike(scratch: Scratch, preloaded: bool) -> None:
    async def doing(worker: HostedWorker) -> Any:
        told = await hello(worker, scratch)
        assert isinstance(worker._launched, Forked if preloaded else Spawned)
        assert marked(worker._launched.token) == [worker.pid]
        return told, process_facts(worker.pid), worker.pid

    told, facts, pid = talk(scratch, doing, preloaded=preloaded)
    assert told["sandbox"]["line"].startswith(("landlock abi ", "not enforced: "))
    assert told["pid"] == pid
    assert facts["session"] == pid
    assert facts["cwd"] == str(scratch.host)
    assert facts["stdin"] == "/dev/null"
    assert len(facts["descriptors"]) <= 6  # 0 to 2, both ends of the channel, the folder listed


def test_a_new_one_is_there_at_once(scratch: Scratch) -> None:
    async def one() -> float:
        began = time.monotonic()
        launched, _ = await start_worker(sys.executable, scratch.work)
        async with HostedWorker(launched) as worker:
            await hello(worker, scratch)
            return time.monotonic() - began

    async def several() -> list[float]:
        await one()  # waits for the preloading
        return [await one() for _ in range(5)]

    assert min(asyncio.run(several())) < 0.25  # 30 ms on an idle machine; an import takes seconds


def test_a_killed_one_is_explained_and_reaped(scratch: Scratch) -> None:
    async def doing(worker: HostedWorker) -> int:
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="killed by SIGKILL"):
            await hello(worker, scratch)
        return worker.pid

    pid = talk(scratch, doing)
    assert not Path("/proc", str(pid)).exists()


def test_descriptors_are_inherited_and_no_others(scratch: Scratch, tmp_path: Path) -> None:
    file = tmp_path / "shared"
    file.write_text("x")
    fd = os.open(file, os.O_RDONLY)

    async def inside() -> Any:
        launched, numbers = await start_worker(sys.executable, scratch.work, (fd,))
        async with HostedWorker(launched) as worker:
            await hello(worker, scratch, numbers)
            return os.readlink(f"/proc/{worker.pid}/fd/{numbers[0]}"), process_facts(worker.pid)

    link, facts = asyncio.run(inside())
    os.close(fd)
    assert link == str(file)
    assert len(facts["descriptors"]) <= 7


def test_many_come_and_go_without_a_trace(scratch: Scratch) -> None:
    async def one() -> None:
        launched, _ = await start_worker(sys.executable, scratch.work)
        async with HostedWorker(launched) as worker:
            await hello(worker, scratch)

    async def several() -> tuple[int, int]:
        await one()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(15):
            await one()
        return before, len(os.listdir("/proc/self/fd"))

    before, after = asyncio.run(several())
    assert after == before
    children = subprocess.run(
        ["ps", "--ppid", str(nursery_of(sys.executable).process.pid), "-o", "pid="],
        capture_output=True, text=True,
    )  # fmt: skip
    assert children.stdout.split() == []


def test_when_the_nursery_dies_its_workers_do_and_a_new_one_takes_over(scratch: Scratch) -> None:
    async def inside() -> None:
        launched, _ = await start_worker(sys.executable, scratch.work)
        async with HostedWorker(launched) as worker:
            await hello(worker, scratch)
            nursery_of(sys.executable).process.kill()
            while worker.dead is None:
                await asyncio.sleep(0.01)
            with pytest.raises(WorkerDied):
                await hello(worker, scratch)
        launched, _ = await start_worker(sys.executable, scratch.work)
        async with HostedWorker(launched) as worker:
            await hello(worker, scratch)

    asyncio.run(inside())


HOST = f"""
import asyncio, os, sys
sys.path.insert(0, {ROOT!r})
from reference_runtime.isolation.exchange import host_side, share
from reference_runtime.isolation.forking import nursery_of, start_worker
from reference_runtime.isolation.hosted import HostedWorker
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.isolation.warden import guard_folder
import reference_runtime.isolation.warden as warden
async def main():
    scratch = Scratch()
    guard_folder(scratch.root)
    (scratch.work / "tmp" / "file").write_text("x")
    memory = share(1 << 20)
    exchange = host_side(memory)
    workers = []
    for preloaded in (True, False):
        launched, _ = await start_worker(
            sys.executable, scratch.work, (memory.host, memory.worker), preloaded=preloaded)
        workers.append(HostedWorker(launched))
    pids = [w.pid for w in workers]
    pids += [nursery_of(sys.executable).process.pid, warden._process.pid]
    print(scratch.root, *pids, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_host_leaves_nothing(number: int) -> None:
    shm = set(os.listdir("/dev/shm"))
    with subprocess.Popen([sys.executable, "-c", HOST], stdout=-1, stderr=-1, text=True) as host:
        assert host.stdout is not None
        folder, *pids = host.stdout.readline().split()
        assert all(Path("/proc", pid).exists() for pid in pids)
        host.send_signal(number)
        host.wait(20)
    deadline = time.monotonic() + 10
    left = [folder, *(f"/proc/{pid}" for pid in pids)]
    while any(map(os.path.exists, left)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [each for each in left if os.path.exists(each)] == []
    assert {name for name in os.listdir("/dev/shm") if "studio" in name} <= shm


def test_what_a_pack_left_running_ends_with_a_killed_host(scratch: Scratch) -> None:
    """A process that left the worker's group and session, with nobody to end it but the warden."""
    source = HOST.replace(
        "    print(",
        "    import subprocess\n"
        f"    marks = {{**os.environ, {TOKEN!r}: workers[0]._launched.token}}\n"
        "    daemon = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " env=marks, start_new_session=True)\n"
        "    pids.append(daemon.pid)\n    print(",
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=-1, text=True) as host:
        assert host.stdout is not None
        *_, daemon = host.stdout.readline().split()
        host.kill()
    deadline = time.monotonic() + 10
    while Path("/proc", daemon).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path("/proc", daemon).exists()
