"""Recorded executions of the host's nodes, run again on ours: inputs made, outputs compared.

``python_module`` of a case names the module a node lives in. It is loaded as a pack in a confined
worker of its own; inputs and digests are made in another one, by the pack ``value_pack``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.engine.nodehost import Call, NodeFailed, NodeHost, Pending, Reply
from reference_runtime.isolation.remote_nodes import PackOrder, RemoteNodes
from reference_runtime.levels import configure

Case = dict[str, Any]
DATA = Path(__file__).parents[1] / "data"
VALUES = Path(__file__).with_name("value_pack")
LEVEL = "comfy-0.3.64"
SECONDS = 600
MEAN = 1e-6
"""How far means may be apart where a value lies on the edge of rounding."""
STEP = 1.1e-4
"""How far single values may be apart then: results are rounded to 4 decimals."""


@dataclass(frozen=True)
class Verdict:
    """``kind``: "equal", "equal by mean", "different" or "not loaded"."""

    kind: str
    reason: str = ""


def replay(cases: Iterable[Case], packs: Iterable[Path]) -> dict[str, Verdict]:
    """The verdict on each case, by id, of nodes in ``packs``: files or folders."""

    async def run() -> dict[str, Verdict]:
        paths = [VALUES, *packs]
        orders = [PackOrder(path, LEVEL, core=True) for path in paths]
        async with RemoteNodes(orders) as nodes:
            runner = Replay(nodes, nodes.failures)
            return {case["id"]: await runner.verdict(case) for case in cases}

    configure(LEVEL, "faithful")
    return asyncio.run(asyncio.wait_for(run(), SECONDS))


def module_file(checkout: Path, module: str) -> Path:
    """Where a checkout of the host has the module."""
    return checkout / (module.replace(".", "/") + ".py")


def node_ids(inputs: Any) -> Iterator[str]:
    """Ids of the nodes that make values among the inputs of a case."""
    if isinstance(inputs, dict) and "$node" in inputs:
        yield str(inputs["$node"]["id"])
    parts = inputs.values() if isinstance(inputs, dict) else inputs
    for part in parts if isinstance(inputs, (dict, list)) else ():
        yield from node_ids(part)


def recorded(*names: str) -> list[Case]:
    """The cases of files in ``tests/data``."""
    texts = [(DATA / f"{name}.json").read_text("utf-8") for name in names]
    return [case for text in texts for case in json.loads(text)["cases"]]


class Replay:
    """Runs cases over ``nodes``, among which are those of ``value_pack``.

    ``failures``: by file name, why a pack has no nodes.
    """

    def __init__(self, nodes: NodeHost, failures: Mapping[str, str] | None = None) -> None:
        self._nodes = nodes
        self._failures = failures or {}
        self._count = 0

    async def verdict(self, case: Case) -> Verdict:
        """Run the case and compare what came with what was recorded."""
        if await self._nodes.facts(case["node"]) is None:
            return Verdict("not loaded", self._why(case["python_module"]))
        expected = case["result"]
        try:
            reply = await self._run(case["node"], await self._inputs(case["inputs"]))
            found = {"ok": True, "outputs": await self._digests(reply)}
        except NodeFailed as failed:
            found = {"ok": False, "exception_type": failed.type_name, "message": failed.message}
        return compared(expected, found)

    def _why(self, module: str) -> str:
        name = module.rpartition(".")[2] + ".py"
        return self._failures.get(name, f"{name} has no such node")

    async def _run(self, class_type: str, inputs: dict[str, list[Any]]) -> Reply:
        self._count += 1
        call = Call("recorded", str(self._count), class_type, inputs)
        given = await self._nodes.run(call)
        return await given.reply if isinstance(given, Pending) else given

    async def _inputs(self, specs: Mapping[str, Any]) -> dict[str, list[Any]]:
        return {name: await self._items(spec) for name, spec in specs.items()}

    async def _items(self, spec: Any) -> list[Any]:
        listed = spec["$list"] if isinstance(spec, dict) and "$list" in spec else [spec]
        return [await self._value(each) for each in listed]

    async def _value(self, spec: Any) -> Any:
        if isinstance(spec, dict) and "$node" in spec:
            node = spec["$node"]
            reply = await self._run(node["id"], await self._inputs(node["inputs"]))
            return reply.outputs[node.get("out", 0)][0]
        if not isinstance(spec, (dict, list)):
            return spec
        (items,) = (await self._run("MakeValue", {"spec": [json.dumps(spec)]})).outputs
        return items[0]

    async def _digests(self, reply: Reply) -> list[list[Any]]:
        return [[await self._digest(item) for item in items] for items in reply.outputs]

    async def _digest(self, value: Any) -> Any:
        """Of what can't leave its worker no more than its type's name."""
        try:
            return await self._digest_of_copy(value)
        except NodeFailed as failed:
            if failed.type_name != "NotTransferable":
                raise
            return {"kind": "object", "type": value.kind.rpartition(".")[2]}

    async def _digest_of_copy(self, value: Any) -> Any:
        (texts,) = (await self._run("DigestValue", {"value": [value]})).outputs
        return json.loads(texts[0])


def compared(expected: Mapping[str, Any], found: Mapping[str, Any]) -> Verdict:
    """What differs between a recorded result and one of ours; nothing else is looked at."""
    if not (expected["ok"] and found["ok"]):
        fields = ("ok", "exception_type", "message")
        pair = [{name: side.get(name) for name in fields} for side in (expected, found)]
        same = pair[0] == pair[1]
        return Verdict("equal") if same else Verdict("different", f"{pair[0]} became {pair[1]}")
    differences = list(_differences(expected["outputs"], found["outputs"], "output"))
    hard = [text for text, edge in differences if not edge]
    if hard:
        return Verdict("different", "; ".join(hard[:3]))
    soft = [text for text, _ in differences]
    return Verdict("equal by mean", soft[0]) if soft else Verdict("equal")


def _differences(expected: Any, found: Any, path: str) -> Iterator[tuple[str, bool]]:
    """Each as a text, and whether it is only one of rounding."""
    if type(expected) is not type(found):
        yield f"{path}: {expected!r} became {found!r}", False
    elif isinstance(expected, list):
        if len(expected) != len(found):
            yield f"{path}: {len(expected)} items became {len(found)}", False
        for index, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif isinstance(expected, dict) and expected.get("kind") == found.get("kind") == "tensor":
        yield from _tensor_differences(expected, found, path)
    elif isinstance(expected, dict):
        for name in sorted({*expected, *found}):
            yield from _differences(expected.get(name), found.get(name), f"{path}.{name}")
    elif expected != found:
        yield f"{path}: {expected!r} became {found!r}", False


def _tensor_differences(
    expected: dict[str, Any], found: dict[str, Any], path: str
) -> Iterator[tuple[str, bool]]:
    for name in ("shape", "dtype"):
        if expected[name] != found[name]:
            yield f"{path}: {name} {expected[name]} became {found[name]}", False
            return
    if expected["sha256_r4"] != found["sha256_r4"]:
        text = ", ".join(f"{name} {expected.get(name)} became {found.get(name)}" for name in _FACTS)
        yield f"{path}: other values: {text}", _on_an_edge(expected, found)


_FACTS = ("mean", "std", "min", "max")


def _on_an_edge(expected: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether only the last rounded decimal of some values can differ."""
    if "mean" not in expected or "mean" not in found:
        return False
    pairs = [(expected[name], found[name]) for name in _FACTS[1:]]
    # The order of values shows in these alone.
    pairs += zip(expected["first8"], found["first8"], strict=True)
    near = all(abs(one - other) <= STEP for one, other in pairs)
    return near and abs(expected["mean"] - found["mean"]) <= MEAN
