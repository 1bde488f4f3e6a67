"""Every node of the good packs in a worker behind shared memory: the same results, and no traces.

What family RPC tells of a node within one worker is shown here between two processes.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from shipped import ROOT

from reference_runtime.engine.nodehost import Call
from reference_runtime.exercise.runner import Exerciser, Request
from reference_runtime.isolation.forking import end_nurseries
from reference_runtime.isolation.handles import Handle
from reference_runtime.isolation.remote_nodes import PackOrder, RemoteNodes
from reference_runtime.isolation.remote_pack import RemotePack
from reference_runtime.isolation.tensors import TensorExtra
from reference_runtime.isolation.values import decode, encode
from reference_runtime.levels import configure
from reference_runtime.recipes import digest, make
from studio_conformance.pack_run import PackRun
from studio_conformance.session import open_pack
from studio_conformance.strategies import plan_for

LEFT_OUT = ("__pycache__", "frontend_helped")
"""Nodes that need what a frontend adds raise without one: there is nothing to compare."""
PACKS = sorted(path for path in (ROOT / "good").iterdir() if path.name not in LEFT_OUT)
CALLS = 60


@dataclass
class Known:
    """A node, its first case, and the digests of what it gives in a worker without any wire."""

    key: str
    case: Any
    digests: list[str]


@pytest.fixture(scope="module", params=PACKS, ids=lambda path: path.stem)
def known(request: pytest.FixtureRequest) -> tuple[PackRun, list[Known]]:
    run = open_pack(str(request.param), {}, ROOT)
    run.load()
    assert run.subject is not None, run.broken
    with Exerciser(run._spec()) as exerciser:
        nodes = [_known(exerciser, node) for node in run.subject.nodes]
    configure(run.level.name, "faithful")
    return run, nodes


@pytest.fixture(scope="module", autouse=True)
def no_nursery_is_left() -> Iterator[None]:
    yield
    end_nurseries()


def _known(exerciser: Exerciser, node: Any) -> Known:
    case = plan_for(node, fakes=False).systematic[0]
    facts = exerciser.run(Request(node.key, node.facts["class_name"], case)).facts
    assert facts["outcome"] == "returned", facts
    slots = [slot["items"] for slot in facts["outputs"]]
    return Known(node.key, case, [item["digest"] for items in slots for item in items])


Doing = Callable[[RemoteNodes, RemotePack], Awaitable[Any]]


def isolated(run: PackRun, doing: Doing) -> Any:
    async def inside() -> Any:
        order = PackOrder(run.target.path, run.level.name, memory=64 << 20)
        async with RemoteNodes([order]) as nodes:
            assert nodes.failures == {}
            return await asyncio.wait_for(doing(nodes, nodes.packs[0]), 120)

    return asyncio.run(inside())


async def call(nodes: RemoteNodes, pack: RemotePack, node: Known) -> list[Any]:
    """The results as values of this process, whose tensors lie in memory the worker wrote."""
    inputs = {name: [await _sent(pack, make(r))] for name, r in node.case["inputs"].items()}
    reply: Any = await nodes.run(Call("p", "1", node.key, inputs))
    return [await _received(pack, item) for items in reply.outputs for item in items]


async def _sent(pack: RemotePack, value: Any) -> Any:
    wire = encode(value, TensorExtra(pack._exchange))
    kept = await pack.ask("value/take", {"wire": wire})
    return Handle(pack.holder, kept["handle"], kept["kind"])


async def _received(pack: RemotePack, value: Any) -> Any:
    if not isinstance(value, Handle):
        return value
    wire = await pack.give(value)
    return decode(wire, TensorExtra(pack._exchange, wire.get("blocks")))


def test_results_are_the_same_and_outlive_their_worker(known: tuple[PackRun, list[Known]]) -> None:
    run, nodes = known

    async def doing(remote: RemoteNodes, pack: RemotePack) -> None:
        results = [await call(remote, pack, node) for node in nodes]
        assert [[digest(each) for each in given] for given in results] == wanted
        for node in nodes:  # the first handles are dropped, and their memory may be used again
            await call(remote, pack, node)
        assert [[digest(each) for each in given] for given in results] == wanted
        assert pack.worker is not None
        pack.worker.kill()
        pack.close()
        assert [[digest(each) for each in given] for given in results] == wanted

    wanted = [node.digests for node in nodes]
    isolated(run, doing)


def test_many_calls_leave_nothing_behind(known: tuple[PackRun, list[Known]]) -> None:
    run, nodes = known

    async def doing(remote: RemoteNodes, pack: RemotePack) -> None:
        for node in nodes:
            await call(remote, pack, node)
        before = await held(pack)
        for _ in range(CALLS // len(nodes)):
            for node in nodes:
                await call(remote, pack, node)
        assert await held(pack) == before

    isolated(run, doing)


async def held(pack: RemotePack) -> dict[str, Any]:
    """What both sides hold once everything was dropped and said so."""
    gc.collect()
    for _ in range(3):  # a notice each way, and the next question after it
        await asyncio.sleep(0.02)
        counts = await pack.ask("pack/counts", {})
    arena = pack._exchange.arena
    blocks = len(arena.blocks) if arena is not None else 0
    return {**counts, "host blocks": blocks, "descriptors": len(os.listdir("/proc/self/fd"))}


def test_calls_at_once_do_not_mix(known: tuple[PackRun, list[Known]]) -> None:
    run, nodes = known

    async def doing(remote: RemoteNodes, pack: RemotePack) -> None:
        many = [*nodes] * 4
        results = await asyncio.gather(*(call(remote, pack, node) for node in many))
        told = [[digest(each) for each in given] for given in results]
        assert told == [node.digests for node in many]

    isolated(run, doing)


def test_there_is_something_to_compare(known: tuple[PackRun, list[Known]]) -> None:
    assert any(node.digests for node in known[1])
    assert all(each for node in known[1] for each in node.digests)
