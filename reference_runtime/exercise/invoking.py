"""One call of a node's function, with nothing merged: checks want to see what it really gave.

A v1 node is an instance whose FUNCTION method gets inputs and hidden values; a v3 node is a class,
of which a locked clone with the hidden values runs ``execute``. Both run inside an event loop, as
in the host.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from reference_runtime.api.context import CurrentNodeContext
from reference_runtime.api.dynamic_values import build_nested_inputs, get_finalized_class_inputs
from reference_runtime.api.graph import GraphBuilder
from reference_runtime.api.internal import _ComfyNodeInternal
from reference_runtime.api.node import _normalized
from reference_runtime.calling.node import Target
from reference_runtime.levels import ACTIVE

T = TypeVar("T")
NODE_ID = "1"
PROMPT_ID = "exercise"
BEAT = 0.005
"""Seconds between two looks at whether the event loop still runs."""


WIDGET_TYPES = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
"""io types whose values stand in the prompt itself, unless the input is made a socket."""


@dataclass(frozen=True)
class Subject:
    """A node's class and how the host calls it."""

    cls: Any
    key: str
    is_v3: bool
    wants_lists: bool
    hidden: dict[str, Any] = field(default_factory=dict)
    """Hidden inputs as declared: name to token."""
    types: dict[str, str] = field(default_factory=dict)
    """io type of each input; "COMBO" for a list of options."""
    constants: frozenset[str] = frozenset()
    """Inputs whose values stand in the prompt; the others come over links."""
    lazy: frozenset[str] = frozenset()

    def fresh(self) -> Any:
        """What calls go to: a new instance (v1), the class itself (v3). Raises what a pack does."""
        return self.cls if self.is_v3 else self.cls()


def subject_of(cls: Any, key: str) -> Subject:
    """Ask the class what a host asks before a run. Raises what the pack raises."""
    is_v3 = isinstance(cls, type) and issubclass(cls, _ComfyNodeInternal)
    if is_v3:
        cls.GET_SCHEMA()
    groups = cls.INPUT_TYPES()
    declared = dict(groups.get("hidden") or {})
    entries = {**(groups.get("required") or {}), **(groups.get("optional") or {})}
    options = {name: _options(entry) for name, entry in entries.items()}
    types = {name: _io_type(entry) for name, entry in entries.items()}
    return Subject(
        cls,
        key,
        is_v3,
        getattr(cls, "INPUT_IS_LIST", False) is True,
        {str(name): _token(entry) for name, entry in declared.items()},
        types,
        frozenset(
            name
            for name, kind in types.items()
            if kind in WIDGET_TYPES and not options[name].get("forceInput")
        ),
        frozenset(name for name in entries if options[name].get("lazy")),
    )


def _options(entry: Any) -> dict[str, Any]:
    found = entry[1] if isinstance(entry, (tuple, list)) and len(entry) > 1 else {}
    return found if isinstance(found, dict) else {}


def _io_type(entry: Any) -> str:
    kind = entry[0] if isinstance(entry, (tuple, list)) and entry else entry
    return "COMBO" if isinstance(kind, (list, tuple)) else str(kind)


def _token(entry: Any) -> Any:
    return entry[0] if isinstance(entry, (tuple, list)) and entry else entry


def prompt_of(subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
    """A prompt of this node alone, with the values that stand in a prompt and not behind a link."""
    values = {}
    for name in subject.types:
        value = inputs.get(name)
        value = value[0] if subject.wants_lists and isinstance(value, list) and value else value
        if name in subject.constants and isinstance(value, (str, int, float)):
            values[name] = value
    return {NODE_ID: {"class_type": subject.key, "inputs": values}}


def _workflow(subject: Subject, prompt: dict[str, Any]) -> dict[str, Any]:
    """What the frontend saves of a graph that holds this node alone, without links."""
    types = getattr(subject.cls, "RETURN_TYPES", ())
    names = [kind if isinstance(kind, str) else "COMBO" for kind in types or ()]
    node = {
        "id": int(NODE_ID), "type": subject.key, "pos": [0, 0], "size": [200, 100], "flags": {},
        "order": 0, "mode": 0, "properties": {"Node name for S&R": subject.key},
        "inputs": [
            {"name": name, "type": kind, "link": None}
            for name, kind in subject.types.items()
            if name not in subject.constants
        ],
        "outputs": [
            {"name": name, "type": name, "links": [], "slot_index": slot}
            for slot, name in enumerate(names)
        ],
        "widgets_values": [*prompt.get(NODE_ID, {}).get("inputs", {}).values()],
    }  # fmt: skip
    return {
        "last_node_id": int(NODE_ID), "last_link_id": 0, "nodes": [node], "links": [],
        "groups": [], "config": {}, "extra": {}, "version": 0.4,
    }  # fmt: skip


def hidden_values(subject: Subject, prompt: dict[str, Any]) -> dict[str, Any]:
    """Values by token that a host would give this node: id, prompt, metadata, no keys."""
    from reference_runtime.api.execution import DynamicPrompt

    given = {
        "UNIQUE_ID": NODE_ID,
        "PROMPT": prompt,
        "DYNPROMPT": DynamicPrompt(prompt),
        "EXTRA_PNGINFO": {"workflow": _workflow(subject, prompt)},
    }
    wanted = {getattr(token, "value", token) for token in subject.hidden.values()}
    return {token: value for token, value in given.items() if token in wanted}


def bind(subject: Subject, target: Any, hidden: dict[str, Any]) -> Callable[..., Any]:
    """The function to call with keyword inputs. Raises what a host would raise here."""
    called = Target(subject.cls, target, hidden, subject.hidden)
    if subject.is_v3:
        return called.method("execute")
    function = called.method(subject.cls.FUNCTION)
    names = {name: hidden[token] for name, token in subject.hidden.items() if token in hidden}
    return lambda **inputs: function(**{**inputs, **names})


def bind_v1_face(subject: Subject, target: Any, hidden: dict[str, Any]) -> Callable[..., Any]:
    """A v3 node as code that knows only v1 nodes calls it: the method that FUNCTION names."""
    return getattr(clone_of(subject, hidden), subject.cls.FUNCTION)  # type: ignore[no-any-return]


def clone_of(subject: Subject, hidden: dict[str, Any]) -> Any:
    """A clone of a v3 class with the hidden values, as its level wants them."""
    given = {"hidden_inputs": hidden} if ACTIVE.level.rank >= 2 else hidden
    return subject.cls.PREPARE_CLASS_CLONE(given)


def nested(subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs as the function gets them: at latest, those of dynamic inputs in dicts."""
    if not subject.is_v3 or ACTIVE.level.rank < 2:
        return inputs
    groups = subject.cls.INPUT_TYPES()
    data = get_finalized_class_inputs(groups, dict(inputs))[2]
    return build_nested_inputs(inputs, data) if data else inputs


def as_lists(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a node that takes a list of each; a list stays as it is."""
    return {name: v if isinstance(v, list) else [v] for name, v in inputs.items()}


def normalized(subject: Subject, raw: Any) -> Any:
    """What the host makes of a v3 node's return value. Raises for illegal forms."""
    return _normalized(subject.cls, raw)


@dataclass
class Timing:
    """``blocked`` is None for a synchronous function."""

    seconds: float = 0.0
    blocked: float | None = None


async def invoke(function: Callable[..., Any], inputs: dict[str, Any], timing: Timing) -> Any:
    """Call it, wait where it is a coroutine; ``timing`` is filled whether it raises or not."""
    # Graphs that the call builds get the ids they get in a host.
    GraphBuilder.set_default_prefix(NODE_ID, 0, 0)
    started = time.perf_counter()
    try:
        with CurrentNodeContext(PROMPT_ID, NODE_ID, 0):
            given = function(**inputs)
            return await _awaited(given, timing) if inspect.iscoroutine(given) else given
    finally:
        timing.seconds = time.perf_counter() - started


async def _awaited(coroutine: Awaitable[T], timing: Timing) -> T:
    beats = [time.perf_counter()]
    beating = asyncio.ensure_future(_beat(beats))
    await asyncio.sleep(0)
    try:
        return await asyncio.ensure_future(coroutine)
    finally:
        beats.append(time.perf_counter())
        beating.cancel()
        gaps = [later - earlier for earlier, later in pairwise(beats)]
        timing.blocked = max(max(gaps) - BEAT, 0.0)


async def _beat(beats: list[float]) -> None:
    while True:
        beats.append(time.perf_counter())
        await asyncio.sleep(BEAT)


def in_loop(coroutine: Awaitable[T], before: Any = None) -> T:
    """Run it in an event loop of its own, as the host does for each prompt.

    ``before`` is the worker's own loop, which is put back: packs may hold on to it.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        _cancel_all(loop)
        loop.close()
        asyncio.set_event_loop(before)


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
