"""A number's min is not above its max, and its step is positive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.checks import Violation, check
from studio_conformance.checks._widgets import NUMBERS, is_number
from studio_conformance.subject import Node


@check(
    "SCHEMA-008",
    "range-order",
    title="A number's min is not above its max, and its step is positive.",
    why=(
        "No value passes the server's range check, or the widget's arrows do nothing or "
        "run backwards."
    ),
    fix="Swap min and max, and give a step above zero (or none).",
    level="error",
)
def range_order(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        fault = _fault(item["spec"]) if item["io_type"] in NUMBERS else None
        if fault is not None:
            message = f"input {item['id']!r}: {fault}"
            yield Violation(message, node.locate(item["id"]), item["id"])


def _fault(spec: dict[str, Any]) -> str | None:
    low, high, step = spec.get("min"), spec.get("max"), spec.get("step")
    if is_number(low) and is_number(high) and low > high:
        return f"min {low} is above max {high}"
    if is_number(step) and step <= 0:
        return f"step {step} is not positive"
    odd = [key for key in ("min", "max", "step") if not is_number(spec.get(key, 0))]
    # False is how some packs say "no limit"; null is what "not given" looks like.
    odd = [key for key in odd if spec[key] is not None and spec[key] is not False]
    return f"{odd[0]} is {spec[odd[0]]!r}, not a number" if odd else None
