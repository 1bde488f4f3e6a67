"""Images and masks are float32."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import without_fakes
from studio_conformance.checks._values import Summary, complaints, is_floating, is_tensor
from studio_conformance.subject import Node


@check(
    "EXEC-011",
    "image-float32",
    title="Images and masks that are given are float32.",
    why=(
        "Nodes that combine images fail on two dtypes, or compute with the wrong precision; "
        "float64 takes twice the memory."
    ),
    fix="End with .float(), or torch.from_numpy(array.astype(numpy.float32)).",
    level="warning",
)
def image_float32(node: Node) -> Iterator[Violation]:
    without_fakes(node)
    yield from complaints(node, _complain, "IMAGE", "MASK")


def _complain(value: Summary) -> str | None:
    wrong = is_tensor(value) and is_floating(value) and value["dtype"] != "float32"
    return f"holds {value['dtype']}, not float32" if wrong else None
