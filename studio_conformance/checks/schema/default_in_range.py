"""A number's default lies within its own min and max."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._widgets import NUMBERS, is_number, socket_only
from studio_conformance.subject import Node


@check(
    "SCHEMA-007",
    "default-in-range",
    title="A number's default lies within its own min and max.",
    why=(
        "The untouched widget holds a value that the server refuses, or that the "
        "frontend silently moves into the range: the node can't be queued as it is "
        "placed, or runs with another default than documented."
    ),
    fix="Widen the range if the default has a meaning, or move the default inside it.",
    level="error",
)
def default_in_range(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        spec = item["spec"]
        low, high, default = spec.get("min"), spec.get("max"), spec.get("default")
        if item["io_type"] not in NUMBERS or socket_only(item) or not is_number(default):
            continue
        below = is_number(low) and default < low
        if below or (is_number(high) and default > high):
            message = f"input {item['id']!r}: default {default} is outside {low}..{high}"
            yield Violation(message, node.locate(item["id"]), item["id"])
