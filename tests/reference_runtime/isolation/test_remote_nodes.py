"""Nodes of two packs in two workers, run by the engine: overlap, moves, interruption, death."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.engine.executor import Executor, validate_prompt
from reference_runtime.engine.nodehost import Call, NodeFailed
from reference_runtime.isolation.forking import end_nurseries
from reference_runtime.isolation.remote_nodes import PackOrder, RemoteNodes
from reference_runtime.levels import configure

LEVEL = "studio-0.3.71"
PACK = """
import asyncio, os, time
import torch
class Base:
    FUNCTION, CATEGORY, RETURN_TYPES = "go", "x", ("IMAGE",)
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}
class Make(Base):
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"n": ("INT", {"default": 1})}}
    def go(self, n):
        return (torch.full((1, 4, 4, 3), float(n)),)
class Sleep(Base):
    async def go(self, image):
        await asyncio.sleep(0.5)
        return (image + 1,)
class Change(Base):
    def go(self, image):
        image += 1
        return (image,)
class Die(Base):
    def go(self, image):
        os.write(2, b"last words\\n")
        os.kill(os.getpid(), 11)
class Boom(Base):
    def go(self, image):
        raise LookupError("no such thing")
class Model(Base):
    RETURN_TYPES = ("MODEL",)
    def go(self, image):
        return (lambda: 1,)
class UseModel(Base):
    OUTPUT_NODE = True
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"model": ("MODEL",)}}
    def go(self, model):
        return {"ui": {"got": [model()]}}
class Out(Base):
    OUTPUT_NODE = True
    def go(self, image):
        return {"ui": {"mean": [float(image.mean())], "pid": [os.getpid()]}}
class Spin(Base):
    OUTPUT_NODE = True
    def go(self, image):
        import comfy.utils
        bar = comfy.utils.ProgressBar(2000)
        for _ in range(2000):
            time.sleep(0.01)
            bar.update(1)
        return {"ui": {}}
NODE_CLASS_MAPPINGS = {
    f"{kind.__name__}": kind
    for kind in (Make, Sleep, Change, Die, Boom, Model, UseModel, Out, Spin)
}
"""
Prompt = dict[str, Any]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folders = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name) / f"pack_{name}"
        folder.mkdir()
        source = PACK if name == "one" else PACK.replace('f"{kind', 'f"Other{kind')
        (folder / "__init__.py").write_text(source)
        folders.append(folder)
    configure(LEVEL, "faithful")
    yield folders
    end_nurseries()


class Bench:
    """Both packs behind one engine."""

    def __init__(self, nodes: RemoteNodes) -> None:
        self.nodes = nodes
        self.executor = Executor(nodes, "classic", lambda event, data, client: None)
        self._count = 0

    async def run(self, prompt: Prompt) -> Any:
        self._count += 1
        name = f"prompt{self._count}"
        verdict = await validate_prompt(name, prompt, self.nodes, None)
        assert verdict.error is None, verdict
        return await self.executor.execute(prompt, name, {}, list(verdict.outputs))

    async def error(self, prompt: Prompt) -> dict[str, Any]:
        done = await self.run(prompt)
        (told,) = [data for event, data in done.status["messages"] if event == "execution_error"]
        return dict(told)


def with_packs(packs: list[Path], doing: Callable[[Bench], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        orders = [PackOrder(path, LEVEL, memory=64 << 20) for path in packs]
        async with RemoteNodes(orders) as nodes:
            assert nodes.failures == {}
            return await asyncio.wait_for(doing(Bench(nodes)), 60)

    return asyncio.run(inside())


def node(class_type: str, link: str | None = None, **inputs: Any) -> dict[str, Any]:
    if link is not None:
        inputs["model" if class_type.endswith("UseModel") else "image"] = [link, 0]
    return {"class_type": class_type, "inputs": inputs}


def test_a_value_stays_or_moves_and_is_right(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        prompt = {"1": node("Make", n=3), "2": node("Out", "1"), "3": node("OtherOut", "1")}
        outputs = (await bench.run(prompt)).outputs
        assert outputs["2"]["mean"] == outputs["3"]["mean"] == [3.0]
        assert outputs["2"]["pid"] != outputs["3"]["pid"]

    with_packs(packs, doing)


def test_what_one_pack_changes_another_does_not_see(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        prompt = {"1": node("Make", n=3), "2": node("OtherChange", "1")}
        prompt |= {"3": node("OtherOut", "2"), "4": node("Out", "1")}
        outputs = (await bench.run(prompt)).outputs
        assert (outputs["3"]["mean"], outputs["4"]["mean"]) == ([4.0], [3.0])

    with_packs(packs, doing)


def test_async_nodes_of_one_and_of_several_workers_overlap(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> float:
        prompt = {"1": node("Make", n=1)}
        for n in range(3):
            for m, name in ((2, "Sleep"), (3, "OtherSleep")):
                prompt[f"{m}{n}"] = node(name, "1")
                prompt[f"{m}{n}out"] = node("Out", f"{m}{n}")
        began = time.monotonic()
        done = await bench.run(prompt)
        assert len(done.outputs) == 6
        return time.monotonic() - began

    assert with_packs(packs, doing) < 2.2  # one after the other they take 3 s


def test_a_worker_that_dies_fails_the_node_and_comes_back(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        bad = {"1": node("Make", n=3), "2": node("Die", "1"), "3": node("Out", "2")}
        error = await bench.error(bad)
        assert error["node_id"] == "2"
        text = error["exception_message"]
        assert "pack_one" in text
        assert "killed by SIGSEGV" in text
        assert "last words" in "\n".join(error["traceback"])
        good = {"1": node("Make", n=3), "2": node("Out", "1")}
        assert (await bench.run(good)).outputs["2"]["mean"] == [3.0]

    with_packs(packs, doing)


def test_a_failure_has_its_type_and_the_traceback(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        prompt = {"1": node("Make", n=3), "2": node("Boom", "1"), "3": node("Out", "2")}
        error = await bench.error(prompt)
        assert error["exception_type"].endswith("LookupError")
        assert error["exception_message"].strip() == "no such thing"
        assert "in go" in "\n".join(error["traceback"])

    with_packs(packs, doing)


def test_what_cannot_leave_its_worker_is_used_there_and_named_elsewhere(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        at_home = {"1": node("Make", n=1), "2": node("Model", "1"), "3": node("UseModel", "2")}
        assert (await bench.run(at_home)).outputs["3"] == {"got": [1]}
        abroad = {**at_home, "3": node("OtherUseModel", "2")}
        error = await bench.error(abroad)
        assert "can't be given to the pack pack_two" in error["exception_message"]
        assert "function" in error["exception_message"]

    with_packs(packs, doing)


def test_an_interruption_reaches_a_node_in_the_middle(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        prompt = {"1": node("Make", n=1), "2": node("Spin", "1")}
        began = time.monotonic()
        running = asyncio.ensure_future(bench.run(prompt))
        await asyncio.sleep(0.5)
        bench.executor.interrupt(None)
        events = [event for event, _ in (await running).status["messages"]]
        assert "execution_interrupted" in events
        assert time.monotonic() - began < 10
        good = {"1": node("Make", n=2), "2": node("Out", "1")}
        assert (await bench.run(good)).outputs["2"]["mean"] == [2.0]

    with_packs(packs, doing)


def test_a_stale_handle_says_so(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        reply: Any = await bench.nodes.run(Call("p", "1", "Make", {"n": [5]}))
        ((value,),) = reply.outputs
        home = bench.nodes.home("Make")
        assert home is not None
        assert home.worker is not None
        home.worker.kill()
        with pytest.raises(NodeFailed, match="is gone: the worker that held it ended"):
            await bench.nodes.run(Call("p", "2", "Out", {"image": [value]}))
        assert "stale" in repr(value)

    with_packs(packs, doing)


def test_dropped_values_leave_their_workers(packs: list[Path]) -> None:
    async def doing(bench: Bench) -> None:
        for n in range(30):
            made: Any = await bench.nodes.run(Call("p", "1", "Make", {"n": [n]}))
            used: Any = await bench.nodes.run(
                Call("p", "2", "OtherOut", {"image": made.outputs[0]})
            )
            assert used.ui["mean"] == [float(n)]
        del made, used
        gc.collect()
        await asyncio.sleep(0.1)
        for pack in bench.nodes.packs:
            counts = await pack.ask("pack/counts", {})
            assert counts == {"values": 0, "blocks": 0}

    with_packs(packs, doing)
