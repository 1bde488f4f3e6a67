"""A fault planted in any rule of the engine is seen: the tests of the rule turn red.

The faults are the kinds that a host's own tests miss. Each is planted by replacing one function,
then a recorded prompt, or a small probe where no recorded one shows it, has to come out wrong.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import traces
from traces import recorded, run

from reference_runtime.api import node as node_api
from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.calling import mapping, merging
from reference_runtime.calling import node as calling
from reference_runtime.engine import executor as executor_module
from reference_runtime.engine import prompt as prompt_module
from reference_runtime.engine import run as run_module
from reference_runtime.engine import validation
from reference_runtime.engine.executor import Executor, execute_sync, validate_prompt
from reference_runtime.engine.local_nodes import LocalNodes
from reference_runtime.engine.messages import Messages
from reference_runtime.engine.nodehost import Pending, Reply
from reference_runtime.engine.prompt import RunningPrompt
from reference_runtime.engine.run import PromptRun
from reference_runtime.server.queue import History, Item

Patch = pytest.MonkeyPatch


# --- probes: each gives True when the rule holds ---------------------------------------------


class Collect:
    RETURN_TYPES = ()
    FUNCTION = "run"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        return {"required": {"a": ("STRING", {})}, "optional": {"b": ("STRING", {})}}

    def run(self, a: Any, b: Any = None) -> Any:
        return {"ui": {"seen": [[a, b]]}}


class Many:
    RETURN_TYPES = ("STRING",)
    OUTPUT_IS_LIST = (True,)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        return {"required": {"text": ("STRING", {})}}

    def run(self, text: str) -> Any:
        return (list(text),)


class Meeting:
    """Coroutines that go on only when all of them have begun."""

    RETURN_TYPES = ("STRING",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        return {"required": {"name": ("STRING", {})}}

    async def run(self, name: str) -> Any:
        waiting.append(name)
        while len(waiting) < 2:
            await asyncio.sleep(0.01)
        return (name,)


class Fingerprinted:
    RETURN_TYPES = ("STRING",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        return {"required": {"a": ("STRING", {}), "b": ("STRING", {})}}

    @classmethod
    def IS_CHANGED(cls, a: Any, b: Any) -> str:
        fingerprinted.append((a, b))
        return "same"

    def run(self, a: Any, b: Any) -> Any:
        return (a,)


waiting: list[str] = []
fingerprinted: list[Any] = []
CLASSES = {
    "Collect": Collect,
    "Many": Many,
    "Meeting": Meeting,
    "Fingerprinted": Fingerprinted,
}


def _seen(prompt: Any, output: str = "out") -> Any:
    execution = execute_sync(LocalNodes(CLASSES), prompt, [output])
    return execution.outputs[output]["seen"]


def _list_repeats_last() -> bool:
    prompt = {
        "m": {"class_type": "Many", "inputs": {"text": "abc"}},
        "n": {"class_type": "Many", "inputs": {"text": "xy"}},
        "out": {"class_type": "Collect", "inputs": {"a": ["m", 0], "b": ["n", 0]}},
    }
    return bool(_seen(prompt) == [["a", "x"], ["b", "y"], ["c", "y"]])


def _fingerprint_sees_constants_alone() -> bool:
    fingerprinted.clear()
    prompt = {
        "m": {"class_type": "Many", "inputs": {"text": "x"}},
        "f": {"class_type": "Fingerprinted", "inputs": {"a": ["m", 0], "b": "k"}},
        "out": {"class_type": "Collect", "inputs": {"a": ["f", 0]}},
    }
    execute_sync(LocalNodes(CLASSES), prompt, ["out"])
    return fingerprinted == [(None, "k")]


def _coroutines_overlap() -> bool:
    waiting.clear()
    prompt = {
        "m": {"class_type": "Meeting", "inputs": {"name": "m"}},
        "n": {"class_type": "Meeting", "inputs": {"name": "n"}},
        "out": {"class_type": "Collect", "inputs": {"a": ["m", 0], "b": ["n", 0]}},
    }

    async def meet() -> Any:
        executor = Executor(LocalNodes(CLASSES))
        return await asyncio.wait_for(executor.execute(prompt, "p", {}, ["out"]), 3)

    try:
        return bool(asyncio.run(meet()).outputs["out"]["seen"] == [["m", "n"]])
    except asyncio.TimeoutError:
        return False


def _hidden_arrives(classes: dict[str, Any]) -> bool:
    prompt = {
        "h": {"class_type": "OV3Hidden", "inputs": {}},
        "out": {"class_type": "OV3Show", "inputs": {"text": ["h", 0]}},
    }
    execution = execute_sync(LocalNodes(classes), prompt, ["out"])
    return '"uid": "h"' in str(execution.outputs.get("out"))


def _expansion_needs_leave(classes: dict[str, Any]) -> bool:
    base: Any = classes["OV3Expand"]

    class Sly(base):  # type: ignore[misc]
        @classmethod
        def define_schema(cls) -> Any:
            schema = super().define_schema()
            schema.node_id, schema.enable_expand = "Sly", False
            return schema

    Sly.GET_SCHEMA()
    inputs = {"value": "v", "depth": 1, "n": 1}
    known = {name: inputs[name] for name in Sly.INPUT_TYPES()["required"] if name in inputs}
    prompt = {
        "s": {"class_type": "Sly", "inputs": known},
        "out": {"class_type": "OV3Show", "inputs": {"text": ["s", 0]}},
    }
    return not execute_sync(LocalNodes({**classes, "Sly": Sly}), prompt, ["out"]).succeeded


def _progress_is_private() -> bool:
    told: list[Any] = []

    async def one() -> None:
        nodes = LocalNodes(CLASSES)
        executor = Executor(nodes, send=lambda event, data, client: told.append((event, client)))
        prompt = {"out": {"class_type": "Collect", "inputs": {"a": "x"}}}
        await executor.execute(prompt, "p", {"client_id": "me"}, ["out"])

    asyncio.run(one())
    states = [client for event, client in told if event == "progress_state"]
    return bool(states) and set(states) == {"me"}


def _history_has_windows() -> bool:
    history = History()
    for number in range(4):
        history.add(Item(number, str(number), {}, {}, []), {}, {}, {})
    return list(history.window(2, 1)) == ["1", "2"]


# --- faults ----------------------------------------------------------------------------------


def _awaited_one_by_one(patch: Patch) -> None:
    real = LocalNodes.run

    async def serial(self: LocalNodes, call: Any) -> Reply | Pending:
        given = await real(self, call)
        return await given.reply if isinstance(given, Pending) else given

    patch.setattr(LocalNodes, "run", serial)


def _lazy_always_wanted(patch: Patch) -> None:
    _other_facts(patch, lambda facts: dataclasses.replace(facts, inputs=_eager(facts.inputs)))


def _eager(inputs: Any) -> Any:
    return {
        name: dataclasses.replace(each, options={**each.options, "lazy": False})
        for name, each in inputs.items()
    }


def _optional(inputs: Any) -> Any:
    return {name: dataclasses.replace(each, group="optional") for name, each in inputs.items()}


def _other_facts(patch: Patch, change: Callable[[Any], Any]) -> None:
    real = LocalNodes.facts

    async def facts(self: LocalNodes, class_type: str, constants: Any = None) -> Any:
        found = await real(self, class_type, constants)
        return None if found is None else change(found)

    patch.setattr(LocalNodes, "facts", facts)


def _first_is_repeated(patch: Patch) -> None:
    def calls(inputs: Any, input_is_list: bool) -> Any:
        longest = max(map(len, inputs.values()))
        return [
            {name: items[i if i < len(items) else 0] for name, items in inputs.items()}
            for i in range(longest)
        ]

    patch.setattr(calling, "calls", calls)


def _no_fingerprint(patch: Patch) -> None:
    _other_facts(patch, lambda facts: dataclasses.replace(facts, fingerprints=False))


def _fingerprint_sees_links(patch: Patch) -> None:
    patch.setattr(prompt_module, "is_link", lambda value: False)


def _ranges(*left: str) -> Callable[[Patch], None]:
    real = validation._out_of_range

    def plant(patch: Patch) -> None:
        def out_of_range(name: str, declared: Any, value: Any) -> Any:
            options = {k: v for k, v in declared.options.items() if k in left}
            return real(name, dataclasses.replace(declared, options=options), value)

        patch.setattr(validation, "_out_of_range", out_of_range)

    return plant


def _any_link_fits(patch: Patch) -> None:
    patch.setattr(validation, "compatible", lambda received, wanted: True)


def _targets_ignored(patch: Patch) -> None:
    async def validate(prompt_id: str, prompt: Any, nodes: Any, targets: Any = None) -> Any:
        return await validate_prompt(prompt_id, prompt, nodes, None)

    patch.setattr(traces, "validate_prompt", validate)


def _nothing_required(patch: Patch) -> None:
    _other_facts(patch, lambda facts: dataclasses.replace(facts, inputs=_optional(facts.inputs)))


def _id_in_every_key(patch: Patch) -> None:
    _other_facts(patch, lambda facts: dataclasses.replace(facts, id_in_key=True))


def _hidden_withheld(patch: Patch) -> None:
    patch.setattr(run_module, "hidden_values", lambda *args: {})


def _unlocked(patch: Patch) -> None:
    def method(kind: Any, name: str, clone: Any) -> Any:
        return getattr(clone, name)

    patch.setattr(calling, "make_locked_method_func", method)


def _v3_lazy_ignored(patch: Patch) -> None:
    _other_facts(patch, lambda facts: dataclasses.replace(facts, has_lazy_check=not facts.is_v3))


def _validators_ignored(patch: Patch) -> None:
    unasked = {"validates": frozenset(), "validates_all": False}
    _other_facts(patch, lambda facts: dataclasses.replace(facts, **unasked))


def _v3_fingerprint_ignored(patch: Patch) -> None:
    _other_facts(
        patch,
        lambda facts: dataclasses.replace(
            facts, fingerprints=facts.fingerprints and not facts.is_v3
        ),
    )


def _expansion_allowed(patch: Patch) -> None:
    real = node_api._normalized

    def normalized(cls: Any, returned: Any) -> Any:
        cls.SCHEMA.enable_expand = True
        return real(cls, returned)

    patch.setattr(node_api, "_normalized", normalized)


def _block_untold(patch: Patch) -> None:
    patch.setattr(Messages, "blocked", lambda *args: None)


def _block_in_lists_missed(patch: Patch) -> None:
    def blocker_in(arguments: Any, input_is_list: bool) -> ExecutionBlocker | None:
        return None if input_is_list else mapping.blocker_in(arguments, False)

    patch.setattr(calling, "blocker_in", blocker_in)


def _interruption_ignored(patch: Patch) -> None:
    patch.setattr(Executor, "take_interruption", lambda self: False)
    patch.setattr(LocalNodes, "_check_interruption", lambda self: None)


def _ephemeral_blamed(patch: Patch) -> None:
    patch.setattr(RunningPrompt, "root", lambda self, node_id: node_id)


def _lists_not_joined(patch: Patch) -> None:
    patch.setattr(merging, "spread", lambda value: [value])


def _inner_outputs_not_run(patch: Patch) -> None:
    real = PromptRun._is_output

    def is_output(self: PromptRun, node_id: str) -> bool:
        return real(self, node_id) and node_id in self.running.dynamic.original_prompt

    patch.setattr(PromptRun, "_is_output", is_output)


def _duplicates_allowed(patch: Patch) -> None:
    def add(self: PromptRun, node_id: str, graph: Any) -> list[str]:
        for child, info in graph.items():
            self.running.add(child, info, node_id, node_id)
        return list(graph)

    patch.setattr(PromptRun, "_add_graph", add)


def _progress_to_everyone(patch: Patch) -> None:
    real = Messages.progress

    def progress(self: Messages, *args: Any) -> None:
        real(dataclasses.replace(self, client=None), *args)

    patch.setattr(Messages, "progress", progress)


def _cached_untold(patch: Patch) -> None:
    real = Messages.keep

    def keep(self: Messages, event: str, data: Any, everyone: bool = False) -> None:
        real(self, event, {**data, "nodes": []} if "nodes" in data else data, everyone)

    patch.setattr(Messages, "keep", keep)


def _shown_on_itself(patch: Patch) -> None:
    patch.setattr(RunningPrompt, "display", lambda self, node_id: node_id)


def _offset_ignored(patch: Patch) -> None:
    real = History.window
    patch.setattr(History, "window", lambda self, most, offset: real(self, most, -1))


Probe = Any
FAULTS: dict[str, tuple[Callable[[Patch], None], Probe]] = {
    "coroutines awaited one by one": (_awaited_one_by_one, _coroutines_overlap),
    "lazy inputs always evaluated": (_lazy_always_wanted, "lazy_pick_False"),
    "list mapping repeats the first item": (_first_is_repeated, _list_repeats_last),
    "fingerprint never consulted": (_no_fingerprint, "finger_nan"),
    "fingerprint sees linked values": (_fingerprint_sees_links, _fingerprint_sees_constants_alone),
    "neither min nor max checked": (_ranges(), "val_min"),
    "max not checked": (_ranges("min"), "val_max"),
    "link of the wrong type accepted": (_any_link_fits, "val_type_mismatch"),
    "partial targets ignored": (_targets_ignored, "partial_one"),
    "missing input not reported": (_nothing_required, "val_upstream_error_downstream"),
    "key of the cache holds the id": (_id_in_every_key, "same_signature_two_nodes"),
    "hidden values not delivered": (_hidden_withheld, _hidden_arrives),
    "class not locked": (_unlocked, "state_cls"),
    "lazy check of v3 ignored": (_v3_lazy_ignored, "lazy_pick_False"),
    "validator ignored": (_validators_ignored, "val_custom_8"),
    "fingerprint of v3 ignored": (_v3_fingerprint_ignored, "finger_nan"),
    "expansion without leave": (_expansion_allowed, _expansion_needs_leave),
    "message of a blocker not reported": (_block_untold, "block_item_mapped_msg"),
    "blocker inside a list missed": (_block_in_lists_missed, "block_item_into_input_is_list"),
    "interruption ignored before a node": (_interruption_ignored, "interrupt_async_then_next_node"),
    "error names the added node": (_ephemeral_blamed, "expand_error_inside"),
    "lists of outputs not joined": (_lists_not_joined, "list_show_ui_merge"),
    "output nodes of expansions not run": (_inner_outputs_not_run, "expand_with_output_node"),
    "added ids may be taken": (_duplicates_allowed, "expand_duplicate_id"),
    "progress goes to everyone": (_progress_to_everyone, _progress_is_private),
    "cached nodes not listed": (_cached_untold, "expand_cached"),
    "added nodes shown on themselves": (_shown_on_itself, "expand_with_output_node"),
    "offset of the history ignored": (_offset_ignored, _history_has_windows),
}


def holds(probe: Probe, classes: dict[str, Any]) -> bool:
    """Whether what the probe looks at is as on a host."""
    if isinstance(probe, str):
        try:
            return run(LocalNodes(classes), probe) == recorded(probe)
        except Exception:  # a fault may break more than the rule
            return False
    takes_classes = probe.__code__.co_argcount
    return bool(probe(classes) if takes_classes else probe())


def test_there_are_as_many_faults_as_rules() -> None:
    assert len(FAULTS) == 28
    assert executor_module.Executor is Executor


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_planted_fault_is_seen(
    fault: str, classes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, probe = FAULTS[fault]
    assert holds(probe, classes), "the rule does not hold even without a fault"
    plant(monkeypatch)
    assert not holds(probe, classes)
