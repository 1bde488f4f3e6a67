"""Whether two calls of define_schema give the same schema, made of different objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_runtime.plain import to_plain

_MEMBERS = ("inputs", "outputs", "hidden")


def differences(first: Any, second: Any) -> list[str]:
    """Paths at which the two schemas differ, e.g. "inputs.mode.options"."""
    return list(_compare("", _plain(first), _plain(second)))


def _plain(schema: Any) -> dict[str, Any]:
    fields = {
        name: value
        for name, value in vars(schema).items()
        if name not in _MEMBERS and not name.startswith("_")
    }
    return {
        **{name: to_plain(value)[0] for name, value in fields.items()},
        "inputs": _members(schema.inputs),
        "outputs": _members(schema.outputs),
        "hidden": to_plain(schema.hidden)[0],
    }


def _members(items: Any) -> dict[str, Any]:
    """Inputs or outputs by id; a repeated id is impossible in a schema that validates."""
    members = {}
    for position, item in enumerate(items or []):
        plain, _ = to_plain(item.as_dict())
        members[str(item.id)] = {"position": position, "io_type": str(item.get_io_type()), **plain}
    return members


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
