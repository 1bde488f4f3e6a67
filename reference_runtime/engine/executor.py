"""Runs validated prompts, one after the other, over nodes that live anywhere.

Source of the rules: facts of the host's execution. An error of a node is an outcome, not an
exception.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

from reference_runtime.engine.cache import Cache
from reference_runtime.engine.messages import Json, Messages, Send
from reference_runtime.engine.nodehost import NodeHost, TypeFault
from reference_runtime.engine.prompt import RunningPrompt
from reference_runtime.engine.run import PromptRun
from reference_runtime.engine.validation import validate_prompt

__all__ = ["Execution", "Executor", "execute_sync", "validate_prompt"]

CacheRule = Literal["classic", "none"] | int


@dataclass
class Execution:
    """What came of a prompt, as the history shows it, and beside it what was seen of types."""

    outputs: Json
    """ui of each node that has some."""
    status: Json
    meta: Json
    faults: list[TypeFault] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        return bool(self.status["completed"])


class Executor:
    """``cache``: "classic", "none", or how many outputs to keep (LRU)."""

    def __init__(
        self, nodes: NodeHost, cache: CacheRule = "classic", send: Send | None = None
    ) -> None:
        limits = {"classic": None, "none": 0}
        self._nodes = nodes
        self._cache = Cache(limits[cache] if isinstance(cache, str) else cache)
        self._send = send or (lambda event, data, client: None)
        self._children: dict[tuple[str, str], tuple[str, str]] = {}
        """(id, class) of nodes that expansions added, and of the prompt's node they came from."""
        self._lock = threading.Lock()
        self._running: str | None = None
        self._interrupted = False

    def interrupt(self, prompt_id: str | None = None) -> bool:
        """Stop what runs before its next node; False when that prompt doesn't run (any thread)."""
        with self._lock:
            if prompt_id is not None and prompt_id != self._running:
                return False
            self._interrupted = True
        self._nodes.interrupt()
        return True

    def take_interruption(self) -> bool:
        """Whether an interruption is due; reading it clears it."""
        with self._lock:
            due, self._interrupted = self._interrupted, False
        return due

    async def execute(
        self, prompt: Json, prompt_id: str, extra_data: Json, outputs: list[str]
    ) -> Execution:
        """Run the output nodes ``outputs`` of a validated prompt and all that leads to them."""
        with self._lock:
            self._running, self._interrupted = prompt_id, False
        try:
            return await self._execute(prompt, prompt_id, extra_data, outputs)
        finally:
            with self._lock:
                self._running = None

    async def _execute(
        self, prompt: Json, prompt_id: str, extra_data: Json, outputs: list[str]
    ) -> Execution:
        running = RunningPrompt(prompt_id, prompt, self._nodes)
        given = extra_data.get("client_id")
        client = given if isinstance(given, str) else None
        messages = Messages(self._send, client, running)
        messages.keep("execution_start", {"prompt_id": prompt_id})
        await self._nodes.begin(prompt_id, messages.stepped, client)
        await running.learn(list(prompt))
        await self._forget(running)
        run = PromptRun(running, self._nodes, self._cache, messages, extra_data, self)
        cached = [node_id for node_id in prompt if run.entry(node_id) is not None]
        messages.keep("execution_cached", {"nodes": cached, "prompt_id": prompt_id})
        succeeded = await run.to_the_end(outputs)
        self._children |= run.children()
        return _execution(run, messages, succeeded)

    async def _forget(self, running: RunningPrompt) -> None:
        """Drop what the new prompt makes unneeded, here and where the nodes live."""
        prompt = running.dynamic.original_prompt
        own = {(node_id, node["class_type"]) for node_id, node in prompt.items()}
        gone = self._cache.begin({running.place(node_id)[1] for node_id in prompt}, own)
        self._children = {pair: root for pair, root in self._children.items() if root in own}
        await self._nodes.keep(own | self._children.keys())
        await self._nodes.release([value for entry in gone for value in entry.values()])

    async def close(self) -> None:
        """Let go of all values."""
        gone = self._cache.clear()
        await self._nodes.release([value for entry in gone for value in entry.values()])


def _execution(run: PromptRun, messages: Messages, succeeded: bool) -> Execution:
    uis = run.uis
    return Execution(
        outputs={node_id: ui["output"] for node_id, ui in uis.items()},
        status={
            "status_str": "success" if succeeded else "error",
            "completed": succeeded,
            "messages": messages.history,
        },
        meta={node_id: ui["meta"] for node_id, ui in uis.items()},
        faults=run.faults,
    )


def execute_sync(
    nodes: NodeHost, prompt: Json, outputs: list[str], *, cache: CacheRule = "classic"
) -> Execution:
    """Run one prompt from synchronous code, also from inside a running loop: in a loop of its own.

    The loop is made and closed here; tasks that are left over end with it.
    """

    async def run() -> Execution:
        return await Executor(nodes, cache).execute(prompt, "prompt", {}, outputs)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run())
    found: list[Execution | BaseException] = []
    thread = threading.Thread(target=_collect, args=(run, found))
    thread.start()
    thread.join()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def _collect(run: Any, found: list[Execution | BaseException]) -> None:
    try:
        found.append(asyncio.run(run()))
    except BaseException as error:
        found.append(error)
