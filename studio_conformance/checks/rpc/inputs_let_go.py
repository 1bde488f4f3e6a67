"""The node lets go of its inputs when it is done."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once, explained_by
from studio_conformance.subject import Node


@check(
    "RPC-008",
    "inputs-let-go",
    title="The node lets go of its inputs when it is done.",
    why=("The memory of every image that went through the node is held until the host ends."),
    fix=("Keep results, not inputs; hold inputs by weakref, or bound what is kept to a few."),
    level="warning",
)
def inputs_let_go(node: Node) -> Iterator[Violation]:
    explained_by(node, "EXEC-049")
    yield from each_once(node, lost(node, "flat", "inputs", saying="are kept: "))
