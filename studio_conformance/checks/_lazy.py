"""Which inputs of a node are lazy."""

from __future__ import annotations

from typing import Any

from studio_conformance.subject import Node


def lazy_inputs(node: Node) -> list[str]:
    """Ids of the inputs that are lazy themselves."""
    return [item["id"] for item in node.inputs if item["spec"].get("lazy") is True]


def mentions_lazy(node: Node) -> bool:
    """Whether an input is lazy, or a part of a dynamic input is."""
    return any(_lazy_within(item["spec"]) for item in node.inputs)


def _lazy_within(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value.get("lazy")) or any(map(_lazy_within, value.values()))
    return isinstance(value, list) and any(map(_lazy_within, value))
