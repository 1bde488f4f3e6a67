"""Calling a node: its function or one of its hooks, over lists, with hidden values and context.

A v1 node is an instance; a v3 node is a class, of which a locked clone with the hidden values runs.
Source of the rules: facts of the host's execution, "Calling a node", "Lazy", "Blockers", "Async".
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.api.context import CurrentNodeContext
from reference_runtime.api.dynamic_values import V3Data, build_nested_inputs
from reference_runtime.api.graph import ExecutionBlocker, GraphBuilder
from reference_runtime.api.internal import make_locked_method_func
from reference_runtime.calling.facts import is_v3
from reference_runtime.calling.mapping import blocker_in, calls
from reference_runtime.calling.stepping import InInference, inference
from reference_runtime.engine.nodehost import Call
from reference_runtime.levels import ACTIVE


@dataclass(frozen=True)
class Target:
    """What a call goes to. ``instance`` is the v1 node's object; a v3 node has none."""

    cls: Any
    instance: Any
    hidden: dict[str, Any]
    """Hidden values by token."""
    hidden_names: dict[str, str]
    """Token of each hidden input."""
    data: V3Data = field(default_factory=dict)  # type: ignore[assignment]
    """Latest: where the values of dynamic inputs go."""

    @property
    def input_is_list(self) -> bool:
        return bool(getattr(self.cls, "INPUT_IS_LIST", False))

    def method(self, name: str) -> Callable[..., Any]:
        """The method to call with keyword inputs. Raises what the host would raise here."""
        if not is_v3(self.cls):
            return getattr(self.instance, name)  # type: ignore[no-any-return]
        given: Any = self.hidden
        if ACTIVE.level.rank >= 2:
            given = {"hidden_inputs": self.hidden}
        clone = self.cls.PREPARE_CLASS_CLONE(given)
        return make_locked_method_func(self.cls, name, clone)

    def arguments(self, inputs: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
        """The inputs, and for v1 the hidden values among them."""
        if is_v3(self.cls):
            return inputs
        names = self.hidden_names.items()
        return inputs | {
            name: [self.hidden[token]] for name, token in names if token in self.hidden
        }

    def nested(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Latest: flat names of dynamic inputs as the dicts that the methods get."""
        if not self.data:
            return arguments
        return build_nested_inputs(arguments, self.data)


@dataclass
class Run:
    """What a node's calls gave: values, blockers, and tasks that are still under way."""

    results: list[Any] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    """Messages of blockers met here for the first time."""

    @property
    def tasks(self) -> list[asyncio.Task[Any]]:
        return [each for each in self.results if isinstance(each, asyncio.Task)]


async def call_over_lists(
    target: Target,
    method: str,
    call: Call,
    *,
    before_each: Callable[[], None] = lambda: None,
) -> Run:
    """Call ``method`` for each element of the input lists; coroutines start side by side.

    ``before_each`` may raise to interrupt. Raises what the node raises at once; what a task raises
    later is raised by ``finished``.
    """
    run = Run()
    # A node that takes lists sees the host's tuple in place of what it has no value for.
    known: dict[str, Sequence[Any]] = {
        name: (None,) if name in call.missing else items for name, items in call.inputs.items()
    }
    lists = target.arguments(known)
    for index, arguments in enumerate(calls(lists, target.input_is_list)):
        blocker = blocker_in(arguments, target.input_is_list)
        if blocker is not None:
            run.results.append(_noted(run, blocker))
            continue
        before_each()
        GraphBuilder.set_default_prefix(call.node_id, index, 0)
        function = target.method(method)
        run.results.append(await _one(function, target.nested(arguments), call, index))
    return run


def _noted(run: Run, blocker: ExecutionBlocker) -> ExecutionBlocker:
    """From here on silent: only the first node that meets a blocker tells its message."""
    if blocker.message is None:
        return blocker
    run.blocked.append(str(blocker.message))
    return ExecutionBlocker(None)


async def _one(
    function: Callable[..., Any], arguments: dict[str, Any], call: Call, index: int
) -> Any:
    with CurrentNodeContext(call.prompt_id, call.node_id, index):
        if not inspect.iscoroutinefunction(function):
            with inference():
                return function(**arguments)
        task = asyncio.ensure_future(_awaited(function, arguments))
    await asyncio.sleep(0)
    return task.result() if task.done() else task


async def _awaited(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    return await InInference(function(**arguments))


async def finished(run: Run) -> list[Any]:
    """The results once all tasks are done. Raises what the first task to fail, in order, raised."""
    if run.tasks:
        await asyncio.wait(run.tasks)
    return [each.result() if isinstance(each, asyncio.Task) else each for each in run.results]
