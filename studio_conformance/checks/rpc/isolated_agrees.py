"""The node gives the same result on inputs that came from another process."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import differing, require_agreement
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-004",
    "isolated-agrees",
    title="The node gives the same result on inputs that came from another process.",
    why=(
        "Where packs are isolated from each other, the same workflow gives another result, or "
        "an error."
    ),
    fix=(
        "Use the values of the inputs alone: not their identity, their storage, their address "
        "or what hangs on them."
    ),
    level="warning",
)
def isolated_agrees(node: Node) -> Iterator[Violation]:
    require_agreement(node, "wire")
    saying = "on inputs that were sent the result is another one"
    yield from each_once(node, differing(node, "wire", saying))
