"""A MASK is a tensor [batch, height, width]."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._values import (
    Summary,
    complaints,
    is_floating,
    is_none,
    is_tensor,
    sizes,
)
from studio_conformance.subject import Node


@check(
    "EXEC-007",
    "mask-form",
    title="Every MASK is a float tensor [batch, height, width] that is not empty.",
    why="Nodes that take masks fail, or take the batch for the height.",
    fix=(
        "Give [B, H, W]: mask.unsqueeze(0) for a batch, mask.squeeze(-1) or image[..., 0] for "
        "channels, mask.float() for booleans."
    ),
    level="error",
)
def mask_form(node: Node) -> Iterator[Violation]:
    yield from complaints(node, _complain, "MASK")


def _complain(value: Summary) -> str | None:
    if is_none(value):
        return None
    if not is_tensor(value):
        return f"is a {value['type']}, not a tensor"
    if len(value["shape"]) != 3:
        return f"has the shape {sizes(value)}, not [batch, height, width]"
    if 0 in value["shape"]:
        return f"is empty: {sizes(value)}"
    return None if is_floating(value) else f"holds {value['dtype']}, not floats"
