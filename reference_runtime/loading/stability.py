"""Whether two calls of define_schema give the same schema, made of different objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reference_runtime.plain import to_plain

_MEMBERS = ("inputs", "outputs", "hidden")


def differences(first: Any, second: Any) -> list[str]:
    """Paths at which the two schemas differ, e.g. "inputs.mode.options"."""
    one, other = _parts(first), _parts(second)
    if _written_alike(one, other):
        return []
    return list(_compare("", to_plain(one)[0], to_plain(other)[0]))


def _parts(schema: Any) -> dict[str, Any]:
    fields = {
        name: value
        for name, value in vars(schema).items()
        if name not in _MEMBERS and not name.startswith("_")
    }
    inputs, outputs = _members(schema.inputs), _members(schema.outputs)
    return {**fields, "inputs": inputs, "outputs": outputs, "hidden": schema.hidden}


def _members(items: Any) -> dict[str, Any]:
    """Inputs or outputs by id; a repeated id is impossible in a schema that validates."""
    return {
        str(item.id): {
            "position": position,
            "io_type": str(item.get_io_type()),
            **item.as_dict(),
        }
        for position, item in enumerate(items or [])
    }


def _written_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The quick way: most schemas are plain data, and written as JSON they are the same text."""
    try:
        return json.dumps(one) == json.dumps(other)
    except (TypeError, ValueError, RecursionError):
        return False


def _compare(path: str, first: Any, second: Any) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in {**first, **second}:
            inner = f"{path}.{key}" if path else key
            if key in first and key in second:
                yield from _compare(inner, first[key], second[key])
            else:
                yield inner
    elif first != second:
        yield path


def shared_objects(first: Any, second: Any) -> list[str]:
    """Lists, inputs and outputs that the two schemas share, or that one of them holds twice."""
    mine, theirs = dict(_objects(first)), {id(value) for _, value in _objects(second)}
    shared = [name for name, value in mine.items() if id(value) in theirs]
    seen: set[int] = set()
    for name, value in mine.items():
        if id(value) in seen and name not in shared:
            shared.append(name)
        seen.add(id(value))
    return shared


def _objects(schema: Any) -> Iterator[tuple[str, Any]]:
    for name in _MEMBERS:
        items = getattr(schema, name)
        if isinstance(items, list):
            yield name, items
    for name in ("inputs", "outputs"):
        for position, item in enumerate(getattr(schema, name) or []):
            yield f"{name}.{item.id if item.id is not None else position}", item
