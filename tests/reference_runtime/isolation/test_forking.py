"""Forked workers: confined and fresh as spawned ones, there in milliseconds, never orphans."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from peers import ROOT

from reference_runtime.exercise.runner import Exerciser, Request, preload
from reference_runtime.isolation import confining
from reference_runtime.isolation.confining import Sandbox
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.forking import (
    Forked,
    ForkedProcess,
    end_nurseries,
    fork_now,
    nursery_of,
    start_worker,
)
from reference_runtime.isolation.hosted import HostedWorker
from reference_runtime.isolation.launch import Spawned
from reference_runtime.isolation.process import WorkerProcess
from reference_runtime.isolation.rpc import PROTOCOL
from reference_runtime.isolation.scratch import TOKEN, Scratch
from reference_runtime.isolation.sweep import marked
from reference_runtime.runtime import PackSpec
from reference_runtime.sandbox import bubblewrap
from reference_runtime.sandbox.policy import SandboxPolicy

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only"),
]
ORDER_PACK = """
class Order:
    RETURN_TYPES, FUNCTION, CATEGORY = ("STRING",), "run", "x"
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}}
    def run(self):
        return (" ".join({f"name {n}" for n in range(50)}),)
NODE_CLASS_MAPPINGS = {"Order": Order}
"""


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


# ---- without an event loop ----


def _hello_now(worker: WorkerProcess, scratch: Scratch) -> Any:
    order = confining.hello(confining.DEFAULT, a_policy(scratch), scratch)
    return worker.call("hello", {"protocol": PROTOCOL, **order}, 30, "hello")


def _forked_now(scratch: Scratch, hash_seed: int = 0) -> WorkerProcess:
    nursery_of(sys.executable, hash_seed)
    begun = fork_now(sys.executable, scratch.work, hash_seed)
    assert begun is not None
    assert isinstance(begun.process, ForkedProcess)
    return WorkerProcess(sys.executable, scratch.work, hash_seed=hash_seed, begun=begun)


def test_a_worker_without_a_loop_is_confined_and_fresh(scratch: Scratch) -> None:
    with _forked_now(scratch) as worker:
        told = _hello_now(worker, scratch)
        assert told["sandbox"]["line"].startswith(("landlock abi ", "not enforced: "))
        assert told["pid"] == worker.pid
        facts = process_facts(worker.pid)
        assert (facts["session"], facts["cwd"]) == (worker.pid, str(scratch.host))
        assert len(facts["descriptors"]) <= 6
        assert marked(worker._token) == [worker.pid]
        nursery = nursery_of(sys.executable).process.pid
        assert Path("/proc", str(worker.pid), "stat").read_text().split()[3] == str(nursery)
    assert not Path("/proc", str(worker.pid)).exists()


def test_its_death_is_explained(scratch: Scratch) -> None:
    with _forked_now(scratch) as worker:
        _hello_now(worker, scratch)
        os.kill(worker.pid, signal.SIGSEGV)
        with pytest.raises(WorkerDied, match="killed by SIGSEGV"):
            worker.call("finish", {}, 30, "finish")


def test_waiting_for_its_end_is_bounded(scratch: Scratch) -> None:
    nursery_of(sys.executable)
    begun = fork_now(sys.executable, scratch.work)
    assert begun is not None
    with WorkerProcess(sys.executable, scratch.work, begun=begun):
        began = time.monotonic()
        with pytest.raises(subprocess.TimeoutExpired):
            begun.process.wait(0.2)
        assert time.monotonic() - began >= 0.2
        assert begun.process.poll() is None
    assert begun.process.returncode == -signal.SIGKILL
    assert begun.process.wait() == -signal.SIGKILL


def test_its_hash_seed_is_that_of_a_spawned_one(scratch: Scratch) -> None:
    """Told by the order of a set."""
    pack = scratch.host / "pack.py"
    pack.write_text(ORDER_PACK)
    case: Any = {"id": "x", "phase": "systematic", "inputs": {}, "capped": [], "absent": []}

    def order_of_a_set(seed: int, preloaded: bool) -> str:
        spec = PackSpec(pack, "comfy-0.3.64")
        end_nurseries()
        if preloaded:
            preload(spec, seed)
        with Exerciser(spec, hash_seed=seed) as exerciser:
            answer = exerciser.run(Request("Order", "Order", case))
            assert exerciser._inspector is not None
            worker = exerciser._inspector.worker
            assert isinstance(worker, WorkerProcess)
            assert isinstance(worker._process, ForkedProcess) is preloaded
        return json.dumps(answer.facts["outputs"])

    spawned = [order_of_a_set(seed, preloaded=False) for seed in (0, 1)]
    assert [order_of_a_set(seed, preloaded=True) for seed in (0, 1)] == spawned
    assert spawned[0] != spawned[1]


def test_no_worker_is_forked_where_none_was_preloaded_or_it_died(scratch: Scratch) -> None:
    end_nurseries()
    assert fork_now(sys.executable, scratch.work) is None
    process = nursery_of(sys.executable).process
    process.kill()
    process.wait(5)
    assert fork_now(sys.executable, scratch.work) is None


def test_both_ways_to_ask_share_a_nursery(scratch: Scratch) -> None:
    async def one() -> int:
        launched, _ = await start_worker(sys.executable, scratch.work)
        async with HostedWorker(launched) as worker:
            await hello(worker, scratch)
            return worker.pid

    def now() -> int:
        with _forked_now(scratch) as worker:
            _hello_now(worker, scratch)
            return worker.pid

    async def both() -> list[int]:
        asked = [one() for _ in range(4)] + [asyncio.to_thread(now) for _ in range(4)]
        return await asyncio.gather(*asked)

    pids = asyncio.run(both())
    assert len(set(pids)) == 8


def test_many_that_ask_at_once_get_one_nursery() -> None:
    end_nurseries()
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda _: nursery_of(sys.executable), range(8))]
    assert {id(nursery) for nursery in found} == {id(found[0])}
    end_nurseries()  # It would end with the threads.


@pytest.mark.parametrize("sandbox", [Sandbox(wrap=True), Sandbox(abi=0)], ids=["wrap", "no abi"])
def test_what_is_confined_from_outside_is_not_preloaded_for(
    scratch: Scratch, sandbox: Sandbox
) -> None:
    if bubblewrap.refusal() is not None:
        pytest.skip(f"bubblewrap does not work here: {bubblewrap.refusal()}")
    end_nurseries()
    preload(PackSpec(scratch.host, "comfy-0.3.64", sandbox=sandbox))
    assert fork_now(sys.executable, scratch.work) is None
