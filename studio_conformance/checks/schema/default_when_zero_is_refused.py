"""A required number widget whose range leaves out 0 has a default."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._widgets import NUMBERS, is_number, socket_only
from studio_conformance.subject import Node


@check(
    "SCHEMA-029",
    "default-when-zero-is-refused",
    title="A required number widget whose range leaves out 0 has a default.",
    why=(
        "Without a default the frontend starts at 0, which the server then refuses: the "
        "node can't be queued as it is placed."
    ),
    fix="Give a default inside the range.",
    level="warning",
)
def default_when_zero_is_refused(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        spec = item["spec"]
        if item["io_type"] not in NUMBERS or item["group"] != "required" or "default" in spec:
            continue
        low, high = spec.get("min"), spec.get("max")
        outside = (is_number(low) and low > 0) or (is_number(high) and high < 0)
        if outside and not socket_only(item):
            message = f"input {item['id']!r} has no default, and 0 is outside {low}..{high}"
            yield Violation(message, node.locate(item["id"]), item["id"])
