"""The worker's end: usable from code that blocks the loop, and from threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from peers import ROOT, start

from reference_runtime.isolation import rpc
from reference_runtime.isolation.hosted import HostedWorker

INSIDE = f"""
import asyncio, os, sys, threading, time
sys.path.insert(0, {ROOT!r})
from reference_runtime.isolation.inside import HostError, InsideChannel, run
stopped = []
def ask(params):
    return [channel.ask("host", {{"n": n}}) for n in range(params["count"])]
def ask_in_threads(params):
    got = {{}}
    def one(n):
        got[n] = channel.ask("host", {{"n": n}})
    threads = [threading.Thread(target=one, args=(n,)) for n in range(params["count"])]
    for thread in threads: thread.start()
    if params["join"]:
        for thread in threads: thread.join()
        return [got[n] for n in range(params["count"])]
    async def later():
        while len(got) < params["count"]: await asyncio.sleep(0.005)
        return [got[n] for n in range(params["count"])]
    return later()
def failing(params):
    try:
        channel.ask("nothing", {{}})
    except HostError as error:
        return str(error)
def work(params):
    began = time.monotonic()
    while not stopped and time.monotonic() - began < 20:
        time.sleep(0.01)
        channel.poll()
    return len(stopped)
def tell(params):
    for n in range(params["count"]):
        channel.tell("told", {{"n": n, "x": "x" * params["size"]}})
def fork(params):
    pid = os.fork()
    if pid == 0:
        if params["how"] == "ask": channel.ask("host", {{"n": 1}})
        if params["how"] == "tell": channel.tell("told", {{"n": 99}})
        if params["how"] == "poll": channel.poll()
        os._exit(9)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
async def sleep(params):
    await asyncio.sleep(params["seconds"])
def begin():
    global channel
    channel = InsideChannel(0, 1, {{
        "echo": lambda params: params, "ask": ask, "ask_in_threads": ask_in_threads,
        "failing": failing, "work": work, "tell": tell, "fork": fork, "sleep": sleep,
    }}, {{}}, {{"stop": lambda params: stopped.append(1)}})
    return channel
run(asyncio.new_event_loop(), begin, [])
"""

Talk = Callable[[HostedWorker], Awaitable[Any]]


def talk(doing: Talk, **options: Any) -> Any:
    async def inside() -> Any:
        async with start(INSIDE, **options) as worker:
            return await asyncio.wait_for(doing(worker), 30)

    return asyncio.run(inside())


async def twice(params: rpc.Message) -> int:
    await asyncio.sleep(0.001)
    return int(params["n"]) * 2


def test_synchronous_code_asks_the_host() -> None:
    async def doing(worker: HostedWorker) -> Any:
        other = asyncio.ensure_future(worker.channel.call("sleep", {"seconds": 0.01}))
        first = await worker.channel.call("ask", {"count": 50})
        await other
        return first

    assert talk(doing, methods={"host": twice}) == [n * 2 for n in range(50)]


def test_requests_that_come_meanwhile_are_served_afterwards() -> None:
    async def doing(worker: HostedWorker) -> Any:
        calls = [worker.channel.call("ask", {"count": 5})]
        calls += [worker.channel.call("echo", {"n": n}) for n in range(5)]
        return (await asyncio.gather(*calls))[1:]

    assert talk(doing, methods={"host": twice}) == [{"n": n} for n in range(5)]


@pytest.mark.parametrize("join", [True, False])
def test_threads_ask_the_host(join: bool) -> None:
    async def doing(worker: HostedWorker) -> Any:
        return await worker.channel.call("ask_in_threads", {"count": 20, "join": join})

    assert talk(doing, methods={"host": twice}) == [n * 2 for n in range(20)]


def test_an_error_of_the_host_is_an_exception_there() -> None:
    async def doing(worker: HostedWorker) -> Any:
        return await worker.channel.call("failing", {})

    assert talk(doing) == "no method 'nothing'"


def test_an_urgent_notice_reaches_code_that_holds_the_loop() -> None:
    async def doing(worker: HostedWorker) -> None:
        call = asyncio.ensure_future(worker.channel.call("work", {}))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        worker.channel.notify("stop", {})
        assert await call == 1
        assert time.monotonic() - began < 5

    talk(doing)


def test_two_full_pipes_do_not_hold_each_other() -> None:
    """The worker tells 20 MB while the host asks for 20 MB."""
    told: list[int] = []

    async def doing(worker: HostedWorker) -> None:
        calls = [worker.channel.call("tell", {"count": 200, "size": 100_000})]
        calls += [worker.channel.call("echo", {"x": "x" * 1_000_000}) for _ in range(20)]
        await asyncio.gather(*calls)

    talk(doing, notices={"told": lambda params: told.append(params["n"])})
    assert told == list(range(200))


@pytest.mark.parametrize("how", ["ask", "tell", "poll"])
def test_a_forked_child_has_no_part_in_the_conversation(how: str) -> None:
    async def doing(worker: HostedWorker) -> None:
        assert await worker.channel.call("fork", {"how": how}) == 0
        assert await worker.channel.call("echo", {"n": 1}) == {"n": 1}

    talk(doing, methods={"host": twice})
