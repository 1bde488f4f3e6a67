"""Images and masks lie in 0..1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import without_fakes
from studio_conformance.checks._values import Summary, complaints, is_tensor
from studio_conformance.subject import Node

EXTREME = ("min:", "max:", "random")
"""Cases in which a number may be chosen so that no image can come of it."""
OTHER_RANGE = re.compile(
    r"(?i)\[ *-1 *, *1 *\]|-1 *(to|and|\.\.) *1|neg(ative)?_?1|hdr|linear light"
)
"""Words of nodes that make pictures of another range, for nodes that want those."""
OVERSHOOT = 0.25
"""What sharp edges gain when they are resized with a bicubic or Lanczos kernel, and a bit more."""


@check(
    "EXEC-010",
    "image-range",
    title="The values of images and masks lie between 0 and 1.",
    why=(
        "Whatever saves or shows them cuts off the rest: a picture in 0..255 is white, one in "
        "-1..1 has lost its shadows."
    ),
    fix=(
        "Scale to 0..1 (divide by 255, or (x + 1) / 2), and clamp after computing: "
        "image.clamp(0.0, 1.0)."
    ),
    level="warning",
)
def image_range(node: Node) -> Iterator[Violation]:
    without_fakes(node)
    if _means_to(node):
        raise NotApplicable("the node says that it gives values of another range")
    found = complaints(node, _complain, "IMAGE", "MASK")
    yield from (each for each in found if not (each.case or "").startswith(EXTREME))


def _means_to(node: Node) -> bool:
    """Whether its names or its description say that other values are what it is for."""
    schema = node.facts["schema"]
    told = schema["fields"].get("description") if schema else None
    description = told if isinstance(told, str) else str(_attribute(node, "DESCRIPTION") or "")
    names = (node.key, node.facts["display_name"] or "", description)
    return any(OTHER_RANGE.search(text) for text in names)


def _attribute(node: Node, name: str) -> object:
    found = node.attribute(name)
    return found["value"] if found is not None else None


def _complain(value: Summary) -> str | None:
    low, high = value["min"], value["max"]
    if not is_tensor(value) or low is None or high is None:
        return None
    if low >= -OVERSHOOT and high <= 1 + OVERSHOOT:
        return None
    return f"holds values from {low:.4g} to {high:.4g}"
