"""Outputs of common types can be sent to another process."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node

DATA = frozenset(
    ("IMAGE", "MASK", "LATENT", "AUDIO", "SIGMAS", "STRING", "INT", "FLOAT", "BOOLEAN", "COMBO")
)
"""Types whose values are numbers and texts. A conditioning may well hold models."""


@check(
    "RPC-001",
    "outputs-transferable",
    title="Outputs of common types can be sent to another process.",
    why=(
        "Where packs are isolated from each other, an image that carries an object along "
        "stays where it was made: no node of another pack can take it."
    ),
    fix=(
        "Give tensors, numbers, texts and containers of them; give an object in an output of "
        "a type of its own."
    ),
    level="warning",
)
def outputs_transferable(node: Node) -> Iterator[Violation]:
    data = [output["index"] for output in node.outputs if output["io_type"] in DATA]
    if not data:
        raise NotApplicable("no output is of a type that every pack takes")
    found = lost(node, "wire", "refused", saying="can't be sent: ")
    names = {node.outputs[index]["name"] for index in data}
    yield from each_once(node, (seen for seen in found if seen.name in names))
