"""Facts about what a call gave: slots, ui, expansions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker, is_link
from reference_runtime.exercise.facts import ExpandFacts, SlotFacts, UiFacts
from reference_runtime.exercise.invoking import NODE_ID, Subject
from reference_runtime.exercise.returned import Returned, declared_outputs, output_is_list
from reference_runtime.exercise.values import memory, wants_gradients
from reference_runtime.plain import Defect, safe_repr, to_plain, type_name
from reference_runtime.recipes import summary

MAX_ITEMS = 16
"""Elements of a list output that are summed up."""
MAX_NAMES = 100
MAX_UI = 20_000
"""Characters of a ui value that are told."""


def slots(subject: Subject, returned: Returned, inputs: Mapping[str, Any]) -> list[SlotFacts]:
    """A slot for each declared output and each value beyond them."""
    values = returned.values or []
    owners = {name: memory(value) for name, value in inputs.items()}
    count = max(declared_outputs(subject), len(values))
    found = [_slot(subject, returned, index, values, owners) for index in range(count)]
    if not any(wants_gradients(value) for value in inputs.values()):
        for slot, value in zip(found, values, strict=False):
            slot["requires_grad"] = wants_gradients(value)
    return found


def _slot(
    subject: Subject, returned: Returned, index: int, values: list[Any], owners: dict[str, set[int]]
) -> SlotFacts:
    missing = index >= len(values)
    value = None if missing else values[index]
    blocker = value if isinstance(value, ExecutionBlocker) else returned.block
    link = returned.expand is not None and is_link(value)
    is_list = output_is_list(subject, index) and isinstance(value, (list, tuple))
    items: list[Any] = list(value or ()) if is_list else [] if missing else [value]
    skip = link or isinstance(value, ExecutionBlocker)
    return {
        "index": index,
        "declared": index < declared_outputs(subject),
        "missing": missing,
        "type": "" if missing else type_name(value),
        "blocked": blocker is not None,
        "blocker": None if blocker is None else _text(blocker.message),
        "link": link,
        "items": [] if skip else [summary(item) for item in items[:MAX_ITEMS]],
        "count": len(items),
        "aliases": [] if skip or missing else _aliases(value, owners),
        "requires_grad": False,
    }


def _text(message: Any) -> str | None:
    return None if message is None else str(message)[:500]


def _aliases(value: Any, owners: dict[str, set[int]]) -> list[str]:
    held = memory(value)
    return [name for name, owned in owners.items() if held & owned]


def ui_facts(ui: Any) -> UiFacts | None:
    """Facts of the ui object; None without one."""
    if ui is None:
        return None
    plain, defects = to_plain(ui)
    entries = dict(ui) if isinstance(ui, Mapping) else {}
    if len(str(plain)) > MAX_UI:
        plain = safe_repr(plain, 200)
    return {
        "type": type_name(ui),
        "keys": [str(key) for key in entries],
        "types": {str(key): type_name(value) for key, value in entries.items()},
        "value": plain,
        "defects": defects[:MAX_NAMES],
    }


def expand_facts(subject: Subject, returned: Returned) -> ExpandFacts | None:
    """Facts of the returned graph; None without one."""
    graph = returned.expand
    if graph is None:
        return None
    nodes = dict(graph) if isinstance(graph, Mapping) else {}
    _, defects = to_plain(_without_objects(nodes))
    return {
        "enabled": not subject.is_v3 or bool(subject.cls.SCHEMA.enable_expand),
        "type": type_name(graph),
        "ids": [str(name) for name in nodes][:MAX_NAMES],
        "count": len(nodes),
        "classes": sorted({str(_entry(node).get("class_type")) for node in nodes.values()}),
        "prefixed": all(str(name).startswith(f"{NODE_ID}.") for name in nodes),
        "unknown_links": _unknown_links(nodes, returned.values or []),
        "defects": _relevant(defects),
    }


def _entry(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _without_objects(nodes: Mapping[Any, Any]) -> dict[Any, Any]:
    """The graph without constants: any Python object may be one."""
    return {
        name: {key: value for key, value in node.items() if key != "inputs"}
        if isinstance(node, Mapping)
        else node
        for name, node in nodes.items()
    }


def _relevant(defects: list[Defect]) -> list[Defect]:
    return defects[:MAX_NAMES]


def _unknown_links(nodes: Mapping[Any, Any], values: list[Any]) -> list[str]:
    """Links to nodes that are neither in the graph nor the expanding node's own inputs."""
    inputs = [
        value
        for node in nodes.values()
        for value in dict(_entry(node).get("inputs") or {}).values()
    ]
    return [
        safe_repr(link)
        for link in [*inputs, *values]
        if is_link(link) and link[0] not in nodes and "." in link[0]
    ][:MAX_NAMES]
