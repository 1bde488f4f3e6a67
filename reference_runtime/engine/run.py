"""One prompt on its way: picks nodes, calls them, takes in what they give or expand to."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from reference_runtime.api.execution import NodeInputError
from reference_runtime.calling.failing import failed
from reference_runtime.engine.cache import Cache, Entry
from reference_runtime.engine.hidden import hidden_values
from reference_runtime.engine.links import is_link, parents
from reference_runtime.engine.messages import Json, Messages
from reference_runtime.engine.nodehost import (
    Call,
    Expansion,
    NodeFailed,
    NodeHost,
    Pending,
    Reply,
    TypeFault,
)
from reference_runtime.engine.prompt import RunningPrompt
from reference_runtime.engine.schedule import Schedule, Stuck
from reference_runtime.levels import ACTIVE


class Interruptions(Protocol):
    def take_interruption(self) -> bool:
        """Whether an interruption is due; reading it clears it."""


class DuplicateNodeError(Exception):
    """An expansion brings a node whose id is taken."""


DuplicateNodeError.__module__ = "execution"  # its name in the host, which clients see
DuplicateNodeError.__qualname__ = "DuplicateNodeError"


class PromptRun:
    """The state of one execution; ``to_the_end`` runs it."""

    def __init__(
        self,
        running: RunningPrompt,
        nodes: NodeHost,
        cache: Cache,
        messages: Messages,
        extra_data: Json,
        interruptions: Interruptions,
    ) -> None:
        self.running = running
        self.nodes = nodes
        self.cache = cache
        self.messages = messages
        self.extra_data = extra_data
        self.interruptions = interruptions
        self.uis: Json = {}
        self.faults: list[TypeFault] = []
        self._executed: dict[str, None] = {}
        self._given: dict[str, Entry] = {}
        """Outputs that this run made or found: they can't be dropped under it."""
        self._tasks: dict[str, asyncio.Future[Reply]] = {}
        self._expanded: dict[str, list[Expansion]] = {}
        self._schedule = Schedule(self._is_output, self._is_first)

    def _is_output(self, node_id: str) -> bool:
        return self.running.facts(node_id).is_output

    def _is_first(self, node_id: str) -> bool:
        facts = self.running.facts(node_id)
        return facts.is_output or facts.is_async

    def entry(self, node_id: str) -> Entry | None:
        """What the node gave, in this prompt or an earlier one."""
        found = self._given.get(node_id)
        if found is None and self.running.dynamic.has_node(node_id):
            found = self.cache.get(self.running.place(node_id))
            if found is not None:
                self._given[node_id] = found
        return found

    def children(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(id, class) of the nodes that were added, and of the prompt's nodes they came from."""
        node = self.running.node
        return {
            (child, info["class_type"]): self.running.below(self.running.root(child))[0]
            for child, info in self.running.dynamic.ephemeral_prompt.items()
            if node(child)
        }

    # --- the loop -----------------------------------------------------------------------------

    async def to_the_end(self, outputs: list[str]) -> bool:
        """Whether all went well; by the host's count a cycle made while running did (Q8)."""
        for node_id in outputs:
            self._want(node_id)
        try:
            while self._schedule:
                node_id = await self._schedule.pick()
                if await self._step(node_id):
                    self._schedule.done(node_id)
                else:
                    self._schedule.again(node_id)
        except Stuck as stuck:
            return self._cycle(stuck)
        except _Failed as failure:
            root = self.running.root(failure.node_id)
            self.messages.failed(root, failure.cause, list(self._executed))
            return False
        finally:
            await self._cancel_tasks()
        self.messages.keep("execution_success", {"prompt_id": self.messages.prompt_id})
        return True

    def _cycle(self, stuck: Stuck) -> bool:
        added = [n for n in stuck.waiting if n in self.running.dynamic.ephemeral_prompt]
        blamed = self.running.display(added[0] if added else stuck.waiting[0])
        failure = NodeFailed("graph.DependencyCycleError", str(stuck), [])
        self.messages.cycle(blamed, failure, list(self._executed))
        return ACTIVE.mode == "faithful"

    async def _cancel_tasks(self) -> None:
        """A prompt that ended takes what it left under way with it."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    # --- what has to run ----------------------------------------------------------------------

    def _want(self, node_id: str) -> None:
        """Schedule a node and all that it needs now: no lazy inputs, nothing that is known."""
        waiting, links = [node_id], []
        while waiting:
            current = waiting.pop()
            if not self._schedule.add(current):
                continue
            for source in self._needed_now(current):
                waiting.append(source)
                links.append((source, current))
        for source, consumer in links:
            self._schedule.link(source, consumer)

    def _needed_now(self, node_id: str) -> list[str]:
        facts = self.running.facts(node_id)
        sources = []
        for name, source, _ in parents(self.running.inputs(node_id)):
            declared = facts.inputs.get(name)
            waits = declared is None or not (declared.lazy or declared.raw_link)
            if waits and self.entry(source) is None:
                sources.append(source)
        return sources

    def _need(self, node_id: str, source: str) -> None:
        """``node_id`` has to wait for ``source``."""
        if self.entry(source) is None:
            self._want(source)
            self._schedule.link(source, node_id)

    # --- one node -----------------------------------------------------------------------------

    async def _step(self, node_id: str) -> bool:
        """Run the node as far as it goes; whether it is finished. Raises _Failed."""
        try:
            return await self._run(node_id)
        except NodeFailed as failure:
            raise _Failed(node_id, failure) from failure
        except (DuplicateNodeError, NodeInputError, LookupError, TypeError) as error:
            raise _Failed(node_id, failed(error, self._shown(node_id))) from error

    def _shown(self, node_id: str) -> dict[str, list[Any]]:
        inputs = self.running.inputs(node_id)
        return {name: [value] for name, value in inputs.items() if not is_link(value)}

    async def _run(self, node_id: str) -> bool:
        cached = self.entry(node_id)
        if cached is not None:
            return self._serve(node_id, cached)
        if node_id in self._tasks:
            reply = await self._tasks.pop(node_id)
        elif node_id in self._expanded:
            outputs = await self._resolve(node_id, self._expanded.pop(node_id))
            return self._finish(node_id, outputs)
        else:
            given = await self._call(node_id)
            if given is None:
                return False
            if isinstance(given, Pending):
                self._park(node_id, given)
                return False
            reply = given
        return await self._take(node_id, reply)

    def _serve(self, node_id: str, cached: Entry) -> bool:
        """Another node of the same key has run, or an earlier prompt did."""
        if cached.ui is not None:
            self.uis[node_id] = cached.ui
        self.messages.executed(node_id, cached.ui["output"] if cached.ui else None)
        self.messages.finished(node_id)
        return True

    async def _call(self, node_id: str) -> Reply | Pending | None:
        """Call the node; None when it asks for lazy inputs that aren't known yet."""
        facts = self.running.facts(node_id)
        self.messages.started(node_id)
        inputs, missing = self._inputs(node_id)
        prompt, dynamic = self.running.dynamic.original_prompt, self.running.dynamic
        hidden = hidden_values(facts, node_id, prompt, self.extra_data, dynamic)
        self.messages.executing(node_id)
        prompt_id = self.running.prompt_id
        call = Call(prompt_id, node_id, facts.class_type, inputs, hidden, frozenset(missing))
        if facts.has_lazy_check and await self._asks_for_more(call):
            return None
        if self.interruptions.take_interruption():
            raise NodeFailed("InterruptProcessingException", "", [], interrupted=True)
        return await self.nodes.run(call)

    def _inputs(self, node_id: str) -> tuple[dict[str, list[Any]], list[str]]:
        """Lists of values by input, and the inputs that have none yet.

        Undeclared inputs reach the node when they are linked, and are dropped when they are not.
        """
        facts = self.running.facts(node_id)
        given: dict[str, list[Any]] = {}
        missing: list[str] = []
        for name, value in self.running.inputs(node_id).items():
            declared = facts.inputs.get(name)
            if is_link(value) and not (declared is not None and declared.raw_link):
                entry = self.entry(value[0])
                if entry is None:
                    missing.append(name)
                    given[name] = [None]
                else:
                    given[name] = _at(entry, value[1])
            elif declared is not None or name in facts.hidden:
                given[name] = [value]
        return given, missing

    async def _asks_for_more(self, call: Call) -> bool:
        """Whether the node has to wait for inputs that it asked for. Raises NodeInputError."""
        inputs = self.running.inputs(call.node_id)
        asked = await self.nodes.lazy(call)
        needed = [name for name in asked if name not in call.inputs or name in call.missing]
        for name in needed:
            if name not in inputs:
                raise NodeInputError(
                    f"Node {call.node_id} says it needs input {name}, but there is no input to "
                    "that node at all"
                )
            self._need(call.node_id, inputs[name][0])
        return bool(needed)

    def _park(self, node_id: str, given: Pending) -> None:
        """Let others run until the node's coroutines are done."""
        release = self._schedule.block(node_id)
        task = asyncio.ensure_future(given.reply)
        self._tasks[node_id] = task
        task.add_done_callback(lambda done: release())

    async def _take(self, node_id: str, reply: Reply) -> bool:
        """Take in what the node gave; whether that is all."""
        self.faults += reply.faults
        for message in reply.blocked:
            self.messages.blocked(node_id, message, list(self._executed))
        if reply.ui:
            about = self.running.about(node_id)
            self.uis[node_id] = {"meta": about, "output": reply.ui}
            self.messages.executed(node_id, reply.ui)
        if reply.expansions:
            await self._expand(node_id, reply.expansions)
            return False
        return self._finish(node_id, reply.outputs)

    def _finish(self, node_id: str, outputs: list[list[Any]]) -> bool:
        entry = Entry(outputs, self.uis.get(node_id))
        self._given[node_id] = entry
        self.cache.set(self.running.place(node_id), entry)
        self.messages.finished(node_id)
        self._executed[node_id] = None
        return True

    # --- expansions ---------------------------------------------------------------------------

    async def _expand(self, node_id: str, expansions: list[Expansion]) -> None:
        """Add the nodes of the graphs; the node waits for those that its results link to."""
        added: list[str] = []
        for expansion in expansions:
            added += self._add_graph(node_id, expansion.graph or {})
        await self.running.learn(added)
        keys = {self.running.place(child)[1] for child in added}
        gone = self.cache.refine_children(self.running.below(node_id), keys)
        await self.nodes.release([value for entry in gone for value in entry.values()])
        for child in added:
            if self._is_output(child):
                self._want(child)
        self._expanded[node_id] = expansions
        for expansion in expansions:
            for value in expansion.values if expansion.graph is not None else ():
                if is_link(value):
                    self._need(node_id, value[0])

    def _add_graph(self, node_id: str, graph: Json) -> list[str]:
        """Raises DuplicateNodeError, in the host's words."""
        for child in graph:
            if self.running.dynamic.has_node(child):
                raise DuplicateNodeError(
                    f"Attempt to add duplicate node {child}. Ensure node ids are unique and "
                    "deterministic or use graph_utils.GraphBuilder."
                )
        for child, info in graph.items():
            display = info.get("override_display_id", node_id)
            self.running.add(child, info, node_id, display)
        return list(graph)

    async def _resolve(self, node_id: str, expansions: list[Expansion]) -> list[list[Any]]:
        """The outputs of a node that expanded: links stand for all items of what they lead to."""
        results = [self._resolved(expansion) for expansion in expansions]
        return results and await self._merged(node_id, results)

    def _resolved(self, expansion: Expansion) -> list[Any]:
        if expansion.graph is None:
            return expansion.values
        values: list[Any] = []
        for value in expansion.values:
            entry = self.entry(value[0]) if is_link(value) else None
            values += [value] if entry is None else _at(entry, value[1])
        return values

    async def _merged(self, node_id: str, results: list[list[Any]]) -> list[list[Any]]:
        are_lists = self.running.facts(node_id).output_lists
        outputs: list[list[Any]] = []
        for index in range(len(results[0])):
            items = [result[index] for result in results]
            if index < len(are_lists) and are_lists[index]:
                items = [inner for item in items for inner in await self.nodes.spread(item)]
            outputs.append(items)
        return outputs


def _at(entry: Entry, index: int) -> list[Any]:
    """The items of an output; a node that gave nothing gives None to who asks."""
    if not entry.outputs:
        return [None]
    return entry.outputs[index]


class _Failed(Exception):
    """A node failed: the execution ends."""

    def __init__(self, node_id: str, cause: NodeFailed) -> None:
        super().__init__(str(cause))
        self.node_id = node_id
        self.cause = cause
