"""Nodes in this process: classes by name, instances of v1 nodes, and their progress."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from reference_runtime.api import progress as progress_api
from reference_runtime.api.dynamic_values import V3Data, get_finalized_class_inputs
from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.calling import kinds
from reference_runtime.calling.facts import facts_of, hook_name, is_v3
from reference_runtime.calling.failing import Interrupted, failed
from reference_runtime.calling.merging import merge, spread
from reference_runtime.calling.node import Run, Target, call_over_lists, finished
from reference_runtime.engine.nodehost import (
    Call,
    NodeFacts,
    Pending,
    ProgressEvent,
    Reply,
    TypeFault,
)
from reference_runtime.levels import ACTIVE
from reference_runtime.loading.object_info import v1_info
from reference_runtime.plain import to_plain


class LocalNodes:
    """``NodeHost`` over live classes. ``display_names``: what v1 packs call their nodes."""

    def __init__(
        self, classes: Mapping[str, Any], display_names: Mapping[str, str] | None = None
    ) -> None:
        self.classes = classes
        self._display_names = display_names or {}
        self._instances: dict[tuple[str, str], Any] = {}
        self._facts: dict[str, NodeFacts] = {}
        """Of the running prompt."""
        self._interrupted = False
        self._progress: ProgressEvent = lambda node_id, value, most: None

    # --- what the classes say -----------------------------------------------------------------

    async def facts(
        self, class_type: str, constants: Mapping[str, Any] | None = None
    ) -> NodeFacts | None:
        cls = self.classes.get(class_type)
        if cls is None:
            return None
        try:
            return facts_of(class_type, cls, constants)
        except Exception as error:
            raise failed(error) from error

    async def object_info(self, class_type: str | None = None) -> dict[str, Any]:
        names = list(self.classes) if class_type is None else [class_type]
        found: dict[str, Any] = {}
        for name in names:
            if name in self.classes:
                try:
                    found[name] = to_plain(self._info(name))[0]
                except Exception:  # a node that can't say it is left out, as on the host
                    continue
        return found

    def _info(self, name: str) -> dict[str, Any]:
        cls = self.classes[name]
        if is_v3(cls):
            info: dict[str, Any] = cls.GET_NODE_INFO_V1()
            return info
        return v1_info(name, cls, self._display_names.get(name), ACTIVE.level)

    # --- around a prompt ----------------------------------------------------------------------

    async def begin(
        self, prompt_id: str, on_progress: ProgressEvent, client_id: str | None = None
    ) -> None:
        self._interrupted = False
        self._facts.clear()
        self._progress = on_progress
        progress_api.reset_progress_state(prompt_id, None)
        progress_api.add_progress_handler(_Listener(self._told))
        _hook_progress_bars(self._told)
        from reference_runtime.host.standins.server import PromptServer

        server = PromptServer.instance
        server.client_id, server.last_prompt_id = client_id, prompt_id

    def _told(self, node_id: str, value: float, most: float) -> None:
        self._check_interruption()
        self._progress(node_id, value, most)

    def interrupt(self) -> None:
        self._interrupted = True

    def _check_interruption(self) -> None:
        if self._interrupted:
            self._interrupted = False
            raise Interrupted

    async def keep(self, nodes: Collection[tuple[str, str]]) -> None:
        wanted = set(nodes)
        self._instances = {k: v for k, v in self._instances.items() if k in wanted}

    async def release(self, values: Collection[Any]) -> None:
        """Nothing to do: Python counts the references of what lives here."""

    async def close(self) -> None:
        self._instances.clear()

    # --- calls --------------------------------------------------------------------------------

    async def validate(self, call: Call, types: Mapping[str, Any] | None) -> list[Any]:
        inputs = dict(call.inputs)
        if types is not None:
            inputs["input_types"] = [dict(types)]
        results = await self._hook("validate", call, inputs)
        return [r if r is True or r is False else _told_refusal(r) for r in results]

    async def fingerprint(self, call: Call) -> Any:
        try:
            results = await self._hook("fingerprint", call, dict(call.inputs))
        except Exception:  # the host takes a fingerprint that raises for one that always changes
            return float("nan")
        return [None if isinstance(each, ExecutionBlocker) else each for each in results]

    async def lazy(self, call: Call) -> list[str]:
        results = await self._hook("lazy", call, dict(call.inputs))
        lists = [each for each in results if isinstance(each, (list, tuple, set))]
        names = [name for each in lists for name in each if isinstance(name, str)]
        return list(dict.fromkeys(names))

    async def _hook(self, hook: str, call: Call, inputs: dict[str, list[Any]]) -> list[Any]:
        cls = self.classes[call.class_type]
        name = hook_name(cls, hook)
        if name is None:
            return []
        asked = Call(
            call.prompt_id, call.node_id, call.class_type, inputs, call.hidden, call.missing
        )
        try:
            target = self._target(asked, of_class=hook != "lazy")
            # What a hook gets is in its inputs already, hidden values too.
            run = await call_over_lists(target, name, asked)
            return await finished(run)
        except Exception as error:
            raise failed(error, inputs) from error

    async def run(self, call: Call) -> Reply | Pending:
        inputs = dict(call.inputs)
        try:
            target = self._target(call)
            run = await call_over_lists(
                target, target.cls.FUNCTION, call, before_each=self._check_interruption
            )
            if run.tasks:
                return Pending(asyncio.ensure_future(self._later(target, call, run)))
            return self._reply(target, call, run, run.results)
        except Exception as error:
            raise failed(error, inputs) from error

    async def _later(self, target: Target, call: Call, run: Run) -> Reply:
        try:
            return self._reply(target, call, run, await finished(run))
        except Exception as error:
            raise failed(error) from error

    def _reply(self, target: Target, call: Call, run: Run, results: list[Any]) -> Reply:
        reply = merge(target.cls, results)
        found = self._faults(call, reply)
        return Reply(reply.outputs, reply.ui, reply.expansions, run.blocked, found)

    def _faults(self, call: Call, reply: Reply) -> list[TypeFault]:
        facts = self._known(call.class_type)
        given = [(name, facts.inputs[name].type) for name in call.inputs if name in facts.inputs]
        values = [call.inputs[name] for name, _ in given]
        outputs = [(str(index), kind) for index, kind in enumerate(facts.outputs)]
        place = (call.node_id, call.class_type)
        return [
            *kinds.faults(*place, "input", given, values),
            *kinds.faults(*place, "output", outputs, reply.outputs),
        ]

    def _target(self, call: Call, of_class: bool = False) -> Target:
        """``of_class``: hooks of v1 classes are class methods, and get no instance."""
        cls = self.classes[call.class_type]
        instance = None if is_v3(cls) else cls if of_class else self._instance(call, cls)
        facts = self._known(call.class_type)
        names = {} if of_class or facts.is_v3 else dict(facts.hidden)
        data = _data(cls, call) if facts.dynamic else V3Data()
        return Target(cls, instance, dict(call.hidden), names, data)

    def _known(self, class_type: str) -> NodeFacts:
        """What the class declared when it was first asked in this prompt."""
        if class_type not in self._facts:
            self._facts[class_type] = facts_of(class_type, self.classes[class_type], None)
        return self._facts[class_type]

    def _instance(self, call: Call, cls: Any) -> Any:
        key = (call.node_id, call.class_type)
        if key not in self._instances:
            self._instances[key] = cls()
        return self._instances[key]

    async def spread(self, value: Any) -> list[Any]:
        return spread(value)


def _told_refusal(result: Any) -> Any:
    """A blocker is tolerated by the host; anything else but True refuses, with its text."""
    return True if isinstance(result, ExecutionBlocker) else str(result)


def _data(cls: Any, call: Call) -> V3Data:
    live = {name: items[0] if items else None for name, items in call.inputs.items()}
    return get_finalized_class_inputs(cls.INPUT_TYPES(), live)[2]


class _Listener(progress_api.ProgressHandler):
    """Passes on what nodes say of their progress."""

    def __init__(self, told: ProgressEvent) -> None:
        super().__init__("engine")
        self._told = told

    def update_handler(
        self,
        node_id: str,
        value: float,
        max_value: float,
        state: progress_api.NodeProgressState,
        prompt_id: str,
        image: progress_api.PreviewImageTuple | None = None,
    ) -> None:
        self._told(node_id, value, max_value)
        _show(image)


def _show(preview: Any) -> None:
    """Send a picture of what a node is at, as the host does, to who sent the prompt."""
    from reference_runtime.host.standins.server import BinaryEventTypes, PromptServer

    if preview is not None:
        server = PromptServer.instance
        kind = BinaryEventTypes.UNENCODED_PREVIEW_IMAGE
        server.send_sync(kind, preview, server.client_id)


def _hook_progress_bars(told: ProgressEvent) -> None:
    """Let the host's ProgressBar tell us too, where the stand-in is loaded."""
    from reference_runtime.api.context import get_executing_context
    from reference_runtime.host.standins.comfy import utils

    def hook(value: float, total: float, preview: Any = None, node_id: str | None = None) -> None:
        context = get_executing_context()
        name = node_id or (context.node_id if context else None)
        if name is not None:
            told(str(name), value, total)
        _show(preview)

    utils.set_progress_bar_global_hook(hook)
