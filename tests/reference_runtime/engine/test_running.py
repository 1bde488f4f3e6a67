"""Long prompts, loops that run already, values and their release, type faults."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reference_runtime.engine.executor import Executor, execute_sync, validate_prompt
from reference_runtime.engine.local_nodes import LocalNodes


class Pass:
    RETURN_TYPES = ("STRING",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        return {"required": {"a": ("STRING", {})}}

    def run(self, a: Any) -> Any:
        return (a,)


class Show(Pass):
    RETURN_TYPES = ()  # type: ignore[assignment]
    OUTPUT_NODE = True

    def run(self, a: Any) -> Any:
        return {"ui": {"text": [a]}}


class Liar(Pass):
    RETURN_TYPES = ("INT",)

    def run(self, a: Any) -> Any:
        return ("no number",)


CLASSES = {"Pass": Pass, "Show": Show, "Liar": Liar}


def chain(length: int, text: str = "x") -> dict[str, Any]:
    prompt = {
        str(i): {"class_type": "Pass", "inputs": {"a": [str(i - 1), 0] if i else text}}
        for i in range(length)
    }
    prompt["out"] = {"class_type": "Show", "inputs": {"a": [str(length - 1), 0]}}
    return prompt


class Counting(LocalNodes):
    """Counts how often nodes run, and what is released."""

    def __init__(self) -> None:
        super().__init__(CLASSES)
        self.ran: list[str] = []
        self.released = 0

    async def run(self, call: Any) -> Any:
        self.ran.append(call.node_id)
        return await super().run(call)

    async def release(self, values: Any) -> None:
        self.released += len(values)


def test_a_chain_of_ten_thousand_nodes_validates_and_runs() -> None:
    prompt = chain(10_000)
    found = asyncio.run(validate_prompt("p", prompt, LocalNodes(CLASSES)))
    assert (found.error, found.outputs) == (None, ["out"])
    assert execute_sync(LocalNodes(CLASSES), prompt, ["out"]).outputs == {"out": {"text": ["x"]}}


def test_synchronous_code_may_run_a_prompt_inside_a_running_loop() -> None:
    async def inside() -> Any:
        return execute_sync(LocalNodes(CLASSES), chain(2), ["out"])

    assert asyncio.run(inside()).succeeded


def _twice(cache: Any, second: dict[str, Any]) -> Counting:
    nodes = Counting()

    async def both() -> None:
        executor = Executor(nodes, cache)
        for prompt in (chain(3), second):
            await executor.execute(prompt, "p", {}, ["out"])

    asyncio.run(both())
    return nodes


@pytest.mark.parametrize(("cache", "runs"), [("classic", 4), (100, 4), ("none", 8)])
def test_the_same_prompt_again_runs_what_the_cache_does_not_keep(cache: Any, runs: int) -> None:
    assert len(_twice(cache, chain(3)).ran) == runs


def test_a_changed_constant_runs_anew_what_depends_on_it_and_lets_go_of_the_old() -> None:
    nodes = _twice("classic", chain(3, "y"))
    assert (len(nodes.ran), nodes.released) == (8, 3)


def test_only_so_many_outputs_are_kept() -> None:
    assert _twice(1, chain(3, "y")).released == 3


def test_equal_nodes_share_one_run() -> None:
    prompt = chain(1)
    prompt["twin"] = {"class_type": "Pass", "inputs": {"a": "x"}}
    prompt["other"] = {"class_type": "Show", "inputs": {"a": ["twin", 0]}}
    nodes = Counting()
    asyncio.run(Executor(nodes).execute(prompt, "p", {}, ["out", "other"]))
    assert len(nodes.ran) == 2  # "other" equals "out", "twin" equals "0"


def test_a_value_of_another_type_than_declared_is_noted_and_stops_nothing() -> None:
    prompt = {
        "liar": {"class_type": "Liar", "inputs": {"a": "x"}},
        "out": {"class_type": "Show", "inputs": {"a": ["liar", 0]}},
    }
    execution = execute_sync(LocalNodes(CLASSES), prompt, ["out"])
    assert execution.succeeded
    [fault] = execution.faults
    assert (fault.node_id, fault.side, fault.declared, fault.found) == (
        "liar",
        "output",
        "INT",
        "str",
    )
