"""Ids of inputs and outputs for which the host refuses a v3 schema, and what is lost with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from studio_conformance.subject import Node


def repeated_ids(node: Node) -> list[tuple[str, str]]:
    """("input" or "output", id) of each id that a v3 node gives twice on one side."""
    if node.kind != "v3":
        return []
    inputs = [item["id"] for item in node.inputs]
    outputs = [item["id"] for item in node.outputs if item["id"] is not None]
    return [*_repeated("input", inputs), *_repeated("output", outputs)]


def _repeated(side: str, ids: list[str]) -> Iterator[tuple[str, str]]:
    yield from ((side, name) for name, count in Counter(ids).items() if count > 1)


def ids_on_both_sides(node: Node) -> list[str]:
    """Ids that both an input and an output of a v3 node have, where the host refuses that."""
    if node.kind != "v3" or not node.level.overlap_rule:
        return []
    outputs = {item["id"] for item in node.outputs}
    return [name for name in dict.fromkeys(i["id"] for i in node.inputs) if name in outputs]


def lost_with(node: Node) -> str:
    """What the host loses besides this node, if it is the first of the list that failed."""
    if node.facts["route"] != "v3" or _failed(node)[:1] != [node.key]:
        return ""
    lost = [p["node"] or "?" for p in node.pack.problems("dropped-after-failure")]
    return f"; the host then drops {', '.join(lost)} as well" if lost else ""


def _failed(node: Node) -> list[str]:
    return [other.key for other in node.pack.nodes if not other.described]
