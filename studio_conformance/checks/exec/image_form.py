"""An IMAGE is a tensor [batch, height, width, channels]."""

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

CHANNELS = (1, 3, 4)


@check(
    "EXEC-006",
    "image-form",
    title="Every IMAGE is a float tensor [batch, height, width, channels] that is not empty.",
    why=(
        "Nodes that take images fail or, worse, take the channels for the height: the preview "
        "is a coloured strip."
    ),
    fix=(
        "Give [B, H, W, C] with 1, 3 or 4 channels: image.unsqueeze(0) for a batch, "
        "image.movedim(1, -1) for channels first."
    ),
    level="error",
)
def image_form(node: Node) -> Iterator[Violation]:
    yield from complaints(node, _complain, "IMAGE")


def _complain(value: Summary) -> str | None:
    if is_none(value):
        return None
    if not is_tensor(value):
        return f"is a {value['type']}, not a tensor"
    shape = value["shape"]
    if len(shape) != 4:
        return f"has the shape {sizes(value)}, not [batch, height, width, channels]"
    if 0 in shape:
        return f"is empty: {sizes(value)}"
    if shape[3] not in CHANNELS:
        return f"has {shape[3]} channels ({sizes(value)}), not 1, 3 or 4"
    return None if is_floating(value) else f"holds {value['dtype']}, not floats"
