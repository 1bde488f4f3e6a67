"""No output keeps a graph of gradients."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node


@check(
    "EXEC-014",
    "output-detached",
    title="No output asks for gradients.",
    why="The graph of the whole computation stays in memory as long as the host keeps the output.",
    fix="Compute under torch.no_grad(), or end with .detach().",
    level="warning",
)
def output_detached(node: Node) -> Iterator[Violation]:
    yield from each_once(node, _seen(node))


def _seen(node: Node) -> Iterator[Seen]:
    for record in returned(node):
        for slot in record["facts"]["outputs"]:
            if slot["requires_grad"]:
                name = f"output {slot['index']}"
                yield Seen(name, f"{name} asks for gradients", record)
