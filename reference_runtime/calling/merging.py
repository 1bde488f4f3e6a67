"""From what the calls of a node gave to its outputs, its ui and its expansions.

Source of the rules: facts of the host's execution, "Calling a node" and "Expansion".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.api.internal import _NodeOutputInternal
from reference_runtime.engine.nodehost import Expansion, Reply
from reference_runtime.levels import ACTIVE


@dataclass
class Merged:
    """The results of a node's calls, sorted."""

    results: list[Any] = field(default_factory=list)
    uis: list[dict[str, Any]] = field(default_factory=list)
    parts: list[tuple[Any, Any]] = field(default_factory=list)
    """(graph or None, result) of each call."""
    expanded: bool = False


def merge(cls: Any, given: list[Any]) -> Reply:
    """The reply for the values that the calls gave. Raises what a result of the wrong form does."""
    merged = Merged()
    for each in given:
        if isinstance(each, dict):
            _take_dict(merged, cls, each)
        elif isinstance(each, _NodeOutputInternal):
            _take_output(merged, cls, each)
        else:
            _take(merged, None, _spread_block(cls, each))
    ui = _merged_ui(merged.uis)
    if merged.expanded:
        parts = [Expansion(graph, list(values or ())) for graph, values in merged.parts]
        return Reply(ui=ui, expansions=parts)
    return Reply(outputs=merged_outputs(cls, merged.results), ui=ui)


def _take(merged: Merged, graph: Any, result: Any) -> None:
    if graph is None:
        merged.results.append(result)
    merged.parts.append((graph, result))


def _take_dict(merged: Merged, cls: Any, given: dict[str, Any]) -> None:
    if "ui" in given:
        merged.uis.append(given["ui"])
    result = _spread_block(cls, given.get("result"))
    if "expand" in given:
        merged.expanded = True
        merged.parts.append((given["expand"], result))
    elif "result" in given:
        _take(merged, None, result)


def _take_output(merged: Merged, cls: Any, given: Any) -> None:
    if given.ui is not None:
        merged.uis.append(given.ui if isinstance(given.ui, dict) else given.ui.as_dict())
    result = given.result
    if given.block_execution is not None and (given.expand or given.blocks):
        result = _spread_block(cls, ExecutionBlocker(given.block_execution))
    if given.expand is not None:
        merged.expanded = True
        merged.parts.append((given.expand, result))
    elif result is not None:
        _take(merged, None, result)


def _spread_block(cls: Any, result: Any) -> Any:
    """A blocker in place of a result blocks every output."""
    return (result,) * len(cls.RETURN_TYPES) if isinstance(result, ExecutionBlocker) else result


def merged_outputs(cls: Any, results: list[Any]) -> list[list[Any]]:
    """Per output the list of its items; lists of an output of lists are joined."""
    if not results:
        return []
    count = len(results[0])
    are_lists = getattr(cls, "OUTPUT_IS_LIST", None) or [False] * count
    return [
        _joined([result[i] for result in results]) if is_list else [r[i] for r in results]
        for i, is_list in zip(range(count), are_lists, strict=False)
    ]


def _joined(values: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for value in values:
        joined.extend(spread(value))
    return joined


def spread(value: Any) -> list[Any]:
    """The items of a list value; a blocker is one item."""
    return [value] if isinstance(value, ExecutionBlocker) else list(value)


def _merged_ui(uis: list[dict[str, Any]]) -> dict[str, Any]:
    """Lists joined per key; the keys are the first's."""
    if not uis:
        return {}
    if ACTIVE.mode == "strict":
        keys = dict.fromkeys(key for ui in uis for key in ui)
        return {key: [item for ui in uis for item in ui.get(key, ())] for key in keys}
    return {key: [item for ui in uis for item in ui[key]] for key in uis[0]}
