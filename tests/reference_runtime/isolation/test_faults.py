"""What a host of isolated packs meets, measured on others before: here each has its test.

What happens is an error that names the pack, the node and the cause, soon; the rest goes on.

| fault | test |
| --- | --- |
| a node raises, with and without a message, or from a cause | ``test_an_error_arrives_with_type_text_and_place`` |
| the pack's import raises, or hangs | ``test_a_pack_that_does_not_load_is_named`` |
| the interpreter dies at once, or is none | ``test_an_interpreter_that_is_none_is_told_at_once`` |
| SIGKILL, ``os._exit``, a segmentation fault in the middle of a call; the call after it | ``test_a_worker_that_ends_is_explained_and_replaced`` |
| it prints, writes to descriptor 1, reads standard input, puts others in their place | ``test_standard_streams_are_the_packs_own`` |
| a busy loop, while others are asked | ``test_a_busy_loop_holds_nobody_else_and_ends`` |
| an event from a coroutine | ``test_progress_of_a_coroutine_comes_before_its_result`` |
| bad JSON, bad UTF-8, nesting, null, a huge or half frame, a wrong id, unknown methods | ``test_channel.test_garbage_ends_the_worker`` and those after it |
| data that looks like the wire's own tags | ``test_data_that_looks_like_tags_stays_data``, ``test_values.test_odd_data_stays_data`` |
| the worker asks for what is not for it | ``test_channel.test_only_the_table_can_be_called`` |
| secrets in the host's environment | ``test_the_hosts_environment_is_out_of_reach``, ``test_worker`` |
| the network, files of the user, signals | ``sandbox/test_applying`` |
| processes that a pack leaves; a host that is killed | ``test_forking``, ``test_leftovers`` |
| workers of several kinds in one host | ``test_kinds_of_workers_do_not_disturb_each_other`` |
| views, dtypes, arrays, aliases, classes | ``test_tensors``, ``test_values`` |
| what a node changes in place | ``test_a_change_in_place_stays_with_who_made_it`` |
| shared memory that grows, or is full | ``test_flat``, ``test_tensors.test_a_full_memory_says_so_and_stays_usable`` |
"""  # noqa: E501

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.engine.executor import Executor, validate_prompt
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.forking import end_nurseries
from reference_runtime.isolation.remote_nodes import PackOrder, RemoteNodes
from reference_runtime.isolation.remote_pack import RemotePack
from reference_runtime.levels import configure

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
LEVEL = "studio-0.3.71"
SOON = 10.0
"""Seconds in which an error must have come, on a busy machine; a stuck host would take for ever."""
PACK = """
import asyncio, os, signal, sys, time
import torch

def raise_from():
    try:
        {}["absent"]
    except KeyError as error:
        raise RuntimeError("no such model") from error

def streams():
    print("printed"); os.write(1, b"written\\n"); sys.stderr.write("complained\\n")
    assert sys.stdin.read() == ""
    for fd in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), fd)
    sys.stdout = sys.stderr = None
    return "done"

def spin():
    while True: pass

def environment():
    found = [repr(dict(os.environ))]
    for pid in [1, os.getppid(), HOST]:
        try:
            found.append(open(f"/proc/{pid}/environ", "rb").read().decode("utf-8", "replace"))
        except OSError as error:
            found.append(type(error).__name__)
    return found

class Do:
    FUNCTION, CATEGORY, RETURN_TYPES, OUTPUT_NODE = "go", "x", ("STRING",), True
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"code": ("STRING", {"default": ""})}}
    @classmethod
    def IS_CHANGED(cls, code):
        return float("nan")
    def go(self, code):
        space = dict(globals())
        exec(code, space)
        value = space.get("value", "")
        return {"ui": {"value": [value]}, "result": (value,)}

class Later(Do):
    async def go(self, code):
        import comfy.utils
        bar = comfy.utils.ProgressBar(3)
        for _ in range(3):
            await asyncio.sleep(0.01)
            bar.update(1)
        return {"ui": {"value": [1]}, "result": ("",)}

class Image(Do):
    RETURN_TYPES, OUTPUT_NODE = ("IMAGE",), False
    def go(self, code):
        return (torch.ones(1, 64, 64, 3),)

class Change:
    FUNCTION, CATEGORY, RETURN_TYPES, OUTPUT_NODE = "go", "x", ("IMAGE",), True
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "by": ("INT", {"default": 0})}}
    def go(self, image, by):
        before = float(image.mean())
        if by:
            image += by
        return {"ui": {"value": [before, float(image.mean())]}, "result": (image,)}

NODE_CLASS_MAPPINGS = {NAME + each.__name__: each for each in (Do, Later, Image, Change)}
"""
Prompt = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def level() -> Iterator[None]:
    configure(LEVEL, "faithful")
    yield
    end_nurseries()


def a_pack(root: Path, name: str = "", source: str = PACK) -> Path:
    folder = root / f"pack_{name or 'one'}"
    folder.mkdir()
    head = f"NAME, HOST = {name!r}, {os.getpid()}\n"
    (folder / "__init__.py").write_text(head + source)
    return folder


class Bench:
    """An engine over packs; ``progress`` holds what was told of it, and when."""

    def __init__(self, nodes: RemoteNodes) -> None:
        self.nodes = nodes
        self.told: list[tuple[str, Any]] = []
        self.executor = Executor(nodes, "classic", self._send)
        self._count = 0

    def _send(self, event: str, data: Any, client: str | None) -> None:
        self.told.append((event, data))

    async def run(self, prompt: Prompt) -> Any:
        self._count += 1
        name = f"prompt{self._count}"
        verdict = await validate_prompt(name, prompt, self.nodes, None)
        assert verdict.error is None, verdict
        return await self.executor.execute(prompt, name, {}, list(verdict.outputs))

    async def value(self, code: str, node: str = "Do") -> Any:
        done = await self.run({"1": {"class_type": node, "inputs": {"code": code}}})
        assert done.status["status_str"] == "success", done.status["messages"]
        return done.outputs["1"]["value"][0]

    async def error(self, code: str, node: str = "Do") -> dict[str, Any]:
        began = time.monotonic()
        done = await self.run({"1": {"class_type": node, "inputs": {"code": code}}})
        assert time.monotonic() - began < SOON
        (told,) = [data for event, data in done.status["messages"] if event == "execution_error"]
        return dict(told)


def with_packs(doing: Callable[[Bench], Awaitable[Any]], *orders: PackOrder) -> Any:
    async def inside() -> Any:
        async with RemoteNodes(orders) as nodes:
            assert nodes.failures == {}
            return await asyncio.wait_for(doing(Bench(nodes)), 60)

    return asyncio.run(inside())


def order(path: Path, **options: Any) -> PackOrder:
    return PackOrder(path, LEVEL, memory=64 << 20, **options)


def test_an_error_arrives_with_type_text_and_place(tmp_path: Path) -> None:
    async def doing(bench: Bench) -> None:
        told = await bench.error("raise ValueError('boom')")
        assert (told["exception_type"], told["exception_message"].strip()) == ("ValueError", "boom")
        told = await bench.error("raise_from()")
        assert told["exception_type"] == "RuntimeError"
        trace = "".join(told["traceback"])
        assert "pack_one/__init__.py" in trace
        assert "raise_from" in trace
        for code in ("raise ValueError()", "assert False"):  # no message is an error all the same
            told = await bench.error(code)
            assert told["exception_type"] in ("ValueError", "AssertionError")
        assert await bench.value("value = 7") == 7

    with_packs(doing, order(a_pack(tmp_path)))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import a_module_that_nobody_has", "a_module_that_nobody_has"),
        ("raise RuntimeError('not today')", "not today"),
        ("import time; time.sleep(60)", "no answer"),
        ("import os; os._exit(4)", "exited with status 4"),
    ],
)
def test_a_pack_that_does_not_load_is_named(tmp_path: Path, source: str, why: str) -> None:
    async def inside() -> None:
        good, bad = order(a_pack(tmp_path)), a_pack(tmp_path, "bad", source)
        began = time.monotonic()
        async with RemoteNodes([order(bad, load_seconds=2.0), good]) as nodes:
            assert time.monotonic() - began < 2 * SOON
            assert list(nodes.failures) == ["pack_bad"]
            assert why in nodes.failures["pack_bad"]
            assert await Bench(nodes).value("value = 7") == 7

    asyncio.run(inside())


@pytest.mark.parametrize("python", ["/bin/false", "/nowhere/python"])
def test_an_interpreter_that_is_none_is_told_at_once(tmp_path: Path, python: str) -> None:
    async def inside() -> str:
        pack = RemotePack(order(a_pack(tmp_path), python=python))
        try:
            with pytest.raises((WorkerDied, OSError)) as caught:
                await asyncio.wait_for(pack.alive(), SOON)
            return str(caught.value)
        finally:
            pack.close()

    told = asyncio.run(inside())
    assert "exited with status 1" in told or python in told


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("os.kill(os.getpid(), 11)", "killed by SIGSEGV"),
        ("os._exit(42)", "exited with status 42"),
    ],
)
def test_a_worker_that_ends_is_explained_and_replaced(
    tmp_path: Path, code: str, cause: str
) -> None:
    async def doing(bench: Bench) -> None:
        told = await bench.error("sys.stderr.write('last words\\n'); " + code)
        text = told["exception_message"]
        assert "pack_one" in text
        assert cause in text
        assert "Do" in text
        assert "last words" in "".join(told["traceback"])
        assert await bench.value("value = 7") == 7

    with_packs(doing, order(a_pack(tmp_path)))


def test_standard_streams_are_the_packs_own(tmp_path: Path) -> None:
    async def doing(bench: Bench) -> str:
        assert await bench.value("value = streams()") == "done"
        assert await bench.value("print('again'); value = 7") == 7
        return bench.nodes.packs[0].printed()

    printed = with_packs(doing, order(a_pack(tmp_path)))
    assert {"printed", "written", "complained"} <= set(printed.split())


def test_a_busy_loop_holds_nobody_else_and_ends(tmp_path: Path) -> None:
    """A deadline ends it (``test_channel``), and so does who closes the pack."""

    async def doing(bench: Bench) -> None:
        spinning, other = bench.nodes.packs
        busy = asyncio.ensure_future(bench.error("spin()", "ADo"))
        began = time.monotonic()
        while not busy.done() and time.monotonic() - began < 1:
            assert await other.echo({"n": 1}) == {"n": 1}
        assert not busy.done()
        spinning.close()
        told = await busy
        assert "pack_A ended" in told["exception_message"]
        assert await bench.value("value = 7", "BDo") == 7

    with_packs(doing, *(order(a_pack(tmp_path, name)) for name in ("A", "B")))


def test_progress_of_a_coroutine_comes_before_its_result(tmp_path: Path) -> None:
    async def doing(bench: Bench) -> list[Any]:
        await bench.value("", "Later")
        return bench.told

    told = with_packs(doing, order(a_pack(tmp_path)))
    states = [data["nodes"]["1"] for event, data in told if event == "progress_state"]
    seen = [state["value"] for state in states if state["max"] == 3]
    assert seen == sorted(seen)
    assert seen[-1] == 3
    assert states[-1]["state"] == "finished"


def test_data_that_looks_like_tags_stays_data(tmp_path: Path) -> None:
    values = [
        {"__type__": "TensorRef", "name": "x", "size": 1},
        {"__pyisolate_generic__": True, "module": "os", "qualname": "system", "args": ["true"]},
        {"$": "tensor", "blocks": [0]},
        {"handle": 1, "kind": "x"},
    ]

    async def doing(bench: Bench) -> Any:
        return [await bench.value(f"value = {value!r}") for value in values]

    assert with_packs(doing, order(a_pack(tmp_path))) == values


def test_the_hosts_environment_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even as root: a confined process can't look into those outside."""
    monkeypatch.setenv("A_SECRET_OF_THE_HOST", "swordfish")

    async def doing(bench: Bench) -> Any:
        return await bench.value("value = environment()")

    for preloaded in (True, False):
        root = tmp_path / str(preloaded)
        root.mkdir()
        found = with_packs(doing, order(a_pack(root), preloaded=preloaded))
        assert not any("swordfish" in each for each in found)


def test_kinds_of_workers_do_not_disturb_each_other(tmp_path: Path) -> None:
    """A forked one, a plain one, and one with little shared memory, in one graph."""

    async def doing(bench: Bench) -> Any:
        prompt = {}
        for number, maker in enumerate(("A", "B", "C")):
            prompt[maker] = {"class_type": f"{maker}Image", "inputs": {"code": ""}}
            for user in {"A", "B", "C"} - {maker}:
                inputs = {"image": [maker, 0], "by": number}
                prompt[maker + user] = {"class_type": f"{user}Change", "inputs": inputs}
        done = await bench.run(prompt)
        assert done.status["status_str"] == "success", done.status["messages"]
        return {key: value["value"] for key, value in done.outputs.items()}

    found = with_packs(
        doing,
        order(a_pack(tmp_path, "A"), preloaded=True),
        order(a_pack(tmp_path, "B"), preloaded=False),
        PackOrder(a_pack(tmp_path, "C"), LEVEL, memory=1 << 20),
    )
    expected = {"A": [1.0, 1.0], "B": [1.0, 2.0], "C": [1.0, 3.0]}  # by maker
    assert len(found) == 6
    assert all(value == expected[name[0]] for name, value in found.items())


def test_a_change_in_place_stays_with_who_made_it(tmp_path: Path) -> None:
    """Within a pack nodes share what they are given, as on the host; other packs see nothing."""

    async def doing(bench: Bench) -> Any:
        prompt: Prompt = {"m": {"class_type": "AImage", "inputs": {"code": ""}}}
        for user, by in (("B", 1), ("C", 0)):
            inputs = {"image": ["m", 0], "by": by}
            prompt[user] = {"class_type": f"{user}Change", "inputs": inputs}
        done = await bench.run(prompt)
        return {key: value["value"] for key, value in done.outputs.items()}

    found = with_packs(doing, *(order(a_pack(tmp_path, name)) for name in ("A", "B", "C")))
    assert found == {"B": [1.0, 2.0], "C": [1.0, 1.0]}
