"""A block is given in a form that the host honours."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, explained_by, returned
from studio_conformance.subject import Node


@check(
    "EXEC-032",
    "block-honoured",
    title="A run that blocks what follows does it in a form that blocks.",
    why=(
        "The host forgets a block that has no value to stand on: what follows runs all the "
        "same, with None for its inputs."
    ),
    fix=(
        "Return io.NodeOutput(ExecutionBlocker(message)), or a value before "
        "block_execution=message."
    ),
    level="error",
    kinds=("v3",),
)
def block_honoured(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-019")
    if not node.outputs:
        raise NotApplicable("the node has no outputs to block")
    gave = returned(node)
    if not any(record["facts"]["blocks"] for record in gave):
        raise NotApplicable("no run blocked what follows")
    yield from each_once(
        node,
        (
            Seen("block", f"blocks by a {record['facts']['form']} without a value", record)
            for record in gave
            if record["facts"]["blocks"] == "ignored"
        ),
    )
