"""Conversations in both directions, with good and bad real processes at the other end."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from peers import RAW, SERVING, start

from reference_runtime.isolation import rpc
from reference_runtime.isolation.channel import HIGH_WATER, CallTimeout
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.hosted import HostedWorker

Talk = Callable[[HostedWorker], Awaitable[Any]]


def talk(source: str, doing: Talk, **options: Any) -> Any:
    """What ``doing`` gives with a worker that runs ``source``."""

    async def inside() -> Any:
        async with start(source, **options) as worker:
            return await asyncio.wait_for(doing(worker), 30)

    return asyncio.run(inside())


# --- good peers ---------------------------------------------------------------------------------


def test_concurrent_calls_do_not_mix_and_come_in_any_order() -> None:
    async def doing(worker: HostedWorker) -> tuple[list[Any], float]:
        await worker.channel.call("echo", {})
        began = time.monotonic()
        params = [{"seconds": (50 - n) / 100, "n": n} for n in range(50)]
        answers = await asyncio.gather(*(worker.channel.call("sleep", each) for each in params))
        assert answers == params
        return answers, time.monotonic() - began

    _, seconds = talk(SERVING, doing)
    assert seconds < 6  # one after the other they take 12.75 s


def test_the_worker_calls_back_while_it_is_asked() -> None:
    async def doing(worker: HostedWorker) -> Any:
        calls = (worker.channel.call("back", {"n": n}) for n in range(20))
        return await asyncio.gather(*calls)

    async def host(params: rpc.Message) -> int:
        await asyncio.sleep(0.01)
        return int(params["n"]) * 2

    answers = talk(SERVING, doing, methods={"host": host})
    assert answers == [n * 2 for n in range(20)]


def test_notices_come_in_order_before_the_answer() -> None:
    told: list[int] = []

    async def doing(worker: HostedWorker) -> None:
        await worker.channel.call("tell", {"count": 100})
        assert told == list(range(100))

    talk(SERVING, doing, notices={"told": lambda params: told.append(params["n"])})


def test_an_error_has_its_type_as_text_and_the_remote_traceback() -> None:
    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(rpc.RemoteError, match="no such thing: x") as caught:
            await worker.channel.call("boom", {"name": "x"})
        assert caught.value.kind == "LookupError"
        assert "in boom" in caught.value.trace
        with pytest.raises(rpc.RemoteError) as empty:
            await worker.channel.call("silent", {})
        assert (empty.value.kind, str(empty.value)) == ("Silent", "")
        assert await worker.channel.call("echo", {"still": "there"}) == {"still": "there"}

    talk(SERVING, doing)


@pytest.mark.parametrize("method", ["main", "_serve", "__class__", "os.system", ""])
def test_only_the_table_can_be_called(method: str) -> None:
    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(rpc.RemoteError, match="no method"):
            await worker.channel.call(method, {})

    talk(SERVING, doing)


def test_a_result_that_is_no_json_fails_that_call_alone() -> None:
    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(rpc.RemoteError, match="no JSON"):
            await worker.channel.call("nan", {})
        with pytest.raises(rpc.RemoteError, match="the limit is"):
            await worker.channel.call("big", {"size": rpc.MAX_FRAME})
        with pytest.raises(ValueError, match="JSON"):
            await worker.channel.call("echo", {"x": float("inf")})
        with pytest.raises(rpc.OversizeFrame):
            await worker.channel.call("echo", {"x": "x" * rpc.MAX_FRAME})
        assert await worker.channel.call("echo", {"n": 1}) == {"n": 1}

    talk(SERVING, doing)


def test_a_cancelled_caller_cancels_the_request() -> None:
    async def doing(worker: HostedWorker) -> None:
        task = asyncio.ensure_future(worker.channel.call("sleep", {"seconds": 60}))
        await worker.channel.call("echo", {})
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await worker.channel.call("echo", {"n": 1}) == {"n": 1}
        assert worker.channel.pending == 0
        while worker.channel._abandoned:  # until the answer to the cancelled request is here
            await asyncio.sleep(0.01)

    talk(SERVING, doing)


def test_a_deadline_with_grace_spares_a_worker_that_can_be_cancelled() -> None:
    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(CallTimeout, match=r"sleep took more than 0\.1 s"):
            await worker.channel.call("sleep", {"seconds": 60}, timeout=0.1, grace=20)
        assert await worker.channel.call("echo", {"n": 1}) == {"n": 1}

    talk(SERVING, doing)


def test_a_deadline_without_grace_ends_the_worker() -> None:
    async def doing(worker: HostedWorker) -> None:
        other = asyncio.ensure_future(worker.channel.call("sleep", {"seconds": 60}))
        with pytest.raises(WorkerDied, match=r"no answer to block within 0\.2 s") as caught:
            await worker.channel.call("block", {"seconds": 60}, timeout=0.2)
        assert caught.value.hung
        with pytest.raises(WorkerDied, match="no answer to block"):
            await other
        with pytest.raises(WorkerDied, match="no answer to block"):
            await worker.channel.call("echo", {})

    talk(SERVING, doing)


def test_a_blocked_worker_that_ignores_cancelling_is_ended() -> None:
    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(CallTimeout):
            await worker.channel.call("block", {"seconds": 60}, timeout=0.1, grace=0.2)
        with pytest.raises(WorkerDied, match="although it was cancelled"):
            await worker.channel.call("echo", {})

    talk(SERVING, doing)


def test_the_channel_moves_to_the_next_loop_when_the_first_has_closed() -> None:
    async def begin() -> HostedWorker:
        worker = start(SERVING)
        await worker.channel.call("echo", {})
        return worker

    worker = asyncio.run(begin())
    try:
        assert asyncio.run(worker.channel.call("echo", {"n": 2})) == {"n": 2}

        async def dies() -> None:
            with pytest.raises(WorkerDied, match="exited with status 5"):
                await worker.channel.call("exit", {"status": 5})

        asyncio.run(dies())
    finally:
        worker.kill()


# --- a peer that dies ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "params", "cause"),
    [
        ("exit", {"status": 0}, "exited with status 0"),
        ("exit", {"status": 42}, "exited with status 42"),
        ("kill", {"signal": 9}, "killed by SIGKILL"),
        ("kill", {"signal": 11}, "killed by SIGSEGV"),
    ],
)
def test_a_death_fails_what_is_pending_and_what_comes_next(
    method: str, params: dict[str, Any], cause: str
) -> None:
    deaths: list[str] = []

    async def doing(worker: HostedWorker) -> None:
        other = asyncio.ensure_future(worker.channel.call("sleep", {"seconds": 60}))
        with pytest.raises(WorkerDied, match=cause) as caught:
            await worker.channel.call(method, params)
        assert caught.value.request == method
        for late in (other, worker.channel.call("echo", {})):
            with pytest.raises(WorkerDied, match=cause):
                await late
        assert deaths == [cause]

    talk(SERVING, doing, on_death=lambda death: deaths.append(death.cause))


def test_a_grandchild_that_holds_the_pipes_does_not_hide_the_death() -> None:
    source = RAW + "asked()\nif os.fork(): os._exit(3)\ntime.sleep(60)\n"
    _expect(source, "exited with status 3")


def test_an_answer_written_just_before_the_death_counts() -> None:
    async def doing(worker: HostedWorker) -> Any:
        first = await worker.channel.call("any", {})
        with pytest.raises(WorkerDied, match="exited with status 0"):
            await worker.channel.call("more", {})
        return first

    assert talk(RAW + "asked(); line(id=1, result='done'); os._exit(0)", doing) == "done"


# --- a peer that misbehaves ---------------------------------------------------------------------


def _expect(source: str, cause: str, timeout: float = 20) -> None:
    """The pending call and the next one fail with that cause; the process is gone."""

    async def doing(worker: HostedWorker) -> int:
        for _ in range(2):
            with pytest.raises(WorkerDied, match=cause):
                await worker.channel.call("any", {}, timeout=timeout)
        return worker.pid

    pid = talk(source, doing)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_dead_blocks_are_told_along_with_a_request_and_an_answer() -> None:
    async def doing(worker: HostedWorker) -> Any:
        heard: list[Any] = []
        worker.channel.take_dead = lambda: [4096, 0]
        worker.channel.on_dead = heard.append
        return await worker.channel.call("any", {}), heard

    source = "line(id=1, result=asked()['dead'], dead=[8192])\ntime.sleep(60)"
    assert talk(RAW + source, doing) == ([4096, 0], [[8192]])


@pytest.mark.parametrize(
    ("garbage", "cause"),
    [
        ("os.write(1, b'hello\\n')", "no JSON"),
        ("os.write(1, b'\\xff\\xfe\\n')", "no JSON"),
        ("os.write(1, b'\\n')", "no JSON"),
        ("os.write(1, b'null\\n')", "no JSON-RPC 2.0 object"),
        ("os.write(1, b'[]\\n')", "no JSON-RPC 2.0 object"),
        ("os.write(1, b'{}\\n')", "no JSON-RPC 2.0 object"),
        ("os.write(1, b'[' * 200000 + b'\\n')", "no JSON"),
        ("line(id=1, result=float('nan'))", "NaN is not JSON"),
        ('os.write(1, b\'{"jsonrpc":"2.0","id":1,"result":1e999}\\n\')', "range of a float"),
        ("line(id=1)", "either a result or an error"),
        ("line(id=1, result=1, error={})", "either a result or an error"),
        ("line(id=1, error='oops')", "malformed error"),
        ("line(method=7, params={})", "malformed notification"),
        ("line(method='x')", "malformed notification"),
        ("line(method='__setattr__', params={})", "unknown notification"),
        ("line(method='x', id=None, params={})", "integer id"),
        ("line(method='x', id=1.5, params={})", "integer id"),
        ("line(method='x', id=1, params={}, dead=7)", "list of dead blocks"),
        ("line(method='x', id=1, params={}, dead=[True])", "list of dead blocks"),
    ],
)
def test_garbage_ends_the_worker(garbage: str, cause: str) -> None:
    _expect(RAW + f"asked()\n{garbage}\ntime.sleep(60)", f"broke the protocol: .*{cause}")


@pytest.mark.parametrize("number", ["None", "7", "'1'", "True", "1.0", "10**30", "[]"])
def test_an_answer_to_nothing_ends_the_worker(number: str) -> None:
    source = RAW + f"asked(); line(id={number}, result=1); time.sleep(60)"
    _expect(source, "broke the protocol: an answer with id")


def test_a_second_answer_ends_the_worker() -> None:
    async def doing(worker: HostedWorker) -> None:
        assert await worker.channel.call("any", {}) == 1
        with pytest.raises(WorkerDied, match="id 1, which is not pending"):
            await worker.channel.call("more", {})

    talk(RAW + "asked(); line(id=1, result=1); asked(); line(id=1, result=2); asked()", doing)


def test_a_huge_frame_ends_the_worker_before_it_is_complete() -> None:
    source = RAW + "asked()\nfor _ in range(100): os.write(1, b'x' * (1 << 20))\ntime.sleep(60)"
    _expect(source, f"broke the protocol: more than {rpc.MAX_FRAME} bytes")


def test_half_a_frame_and_an_end() -> None:
    _expect(RAW + "asked(); os.write(1, b'{\"jsonrpc\":'); os._exit(1)", "exited with status 1")


def test_half_a_frame_and_silence() -> None:
    source = RAW + "asked(); os.write(1, b'{\"jsonrpc\":'); time.sleep(60)"
    _expect(source, "no answer to any within", timeout=1)


def test_a_closed_channel_of_a_living_process() -> None:
    _expect(RAW + "asked(); os.close(1); time.sleep(60)", "closed its end of the channel")


def test_one_byte_at_a_time_is_slow_but_right() -> None:
    source = RAW + (
        'asked()\nfor b in b\'{"jsonrpc":"2.0","id":1,"result":5}\\n\':\n'
        "    os.write(1, bytes([b])); time.sleep(0.002)\ntime.sleep(60)"
    )

    async def doing(worker: HostedWorker) -> Any:
        return await worker.channel.call("any", {})

    assert talk(source, doing) == 5


def test_a_late_answer_to_a_cancelled_request_is_dropped() -> None:
    source = RAW + (
        "first = asked(); asked(); second = asked()\n"
        "line(id=first['id'], result='late'); line(id=second['id'], result='right'); asked()"
    )

    async def doing(worker: HostedWorker) -> Any:
        with pytest.raises(CallTimeout):
            await worker.channel.call("any", {}, timeout=0.05, grace=20)
        return await worker.channel.call("next", {})

    assert talk(source, doing) == "right"


def test_a_peer_that_stops_reading_does_not_stick_the_host() -> None:
    async def doing(worker: HostedWorker) -> int:
        ticks = 0
        text = "x" * (1 << 20)
        calls = [
            asyncio.ensure_future(worker.channel.call("any", {"x": text}, timeout=2))
            for _ in range(50)
        ]
        while not all(call.done() for call in calls):
            await asyncio.sleep(0.01)
            ticks += 1
        for call in calls:
            with pytest.raises(WorkerDied, match="no answer to any within 2 s"):
                await call
        return ticks

    assert talk("import time; time.sleep(60)", doing) > 20


def test_callers_wait_when_much_is_unread() -> None:
    source = RAW + "time.sleep(0.5)\nwhile True: line(id=asked()['id'], result=0)"

    async def doing(worker: HostedWorker) -> None:
        async def one_after_the_other() -> None:
            for _ in range(5):
                await worker.channel.call("any", {"x": "x" * HIGH_WATER})

        await asyncio.gather(*(one_after_the_other() for _ in range(3)))

    talk(source, doing)


def test_a_peer_that_asks_and_never_reads_is_not_read_either() -> None:
    """Its answers pile up to a bound, then nothing more is taken from it."""
    source = RAW + (
        "asked()\nn = 0\nwhile True:\n    n += 1\n"
        "    line(id=n, method='host', params={'x': 'y' * 100000})"
    )
    served = 0

    def host(params: rpc.Message) -> str:
        nonlocal served
        served += 1
        return str(params["x"])

    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(WorkerDied, match="no answer"):
            await worker.channel.call("any", {}, timeout=1.5)

    talk(source, doing, methods={"host": host})
    assert 0 < served * 100_000 < 4 * HIGH_WATER


def test_a_flood_of_requests_is_bounded() -> None:
    source = RAW + (
        "asked()\nfor n in range(1, 5000): line(id=n, method='host', params={})\ntime.sleep(60)"
    )
    running = most = 0

    async def host(params: rpc.Message) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(60)

    async def doing(worker: HostedWorker) -> None:
        with pytest.raises(WorkerDied, match="no answer"):
            await worker.channel.call("any", {}, timeout=1.5)

    talk(source, doing, methods={"host": host})
    assert 0 < most < 6000


def test_what_it_prints_is_kept_apart_and_bounded() -> None:
    source = RAW + "asked(); os.write(2, b'x' * 300000 + b'last'); line(id=1, result=1); asked()"

    async def doing(worker: HostedWorker) -> HostedWorker:
        await worker.channel.call("any", {})
        return worker

    worker = talk(source, doing)
    assert worker.output.size == 300_004
    assert worker.output.last_lines().endswith("last")
    assert len(worker.output.text()) < 200_000
