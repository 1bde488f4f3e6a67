"""What a node gave stays as it was when the node runs again."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import differing
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-007",
    "outputs-stay",
    title="What a node gave stays as it was when the node runs again.",
    why=(
        "The host keeps results and hands them on later, so nodes that follow get what "
        "another run left there, and a cached preview changes by itself."
    ),
    fix=(
        "Give a new tensor or list from each run; clone a buffer that is kept before it is "
        "given away."
    ),
    level="error",
)
def outputs_stay(node: Node) -> Iterator[Violation]:
    yield from each_once(
        node, differing(node, "kept", "a later run changed a result that was given")
    )
