"""The node lets go of its outputs once it gave them."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once, explained_by
from studio_conformance.subject import Node


@check(
    "RPC-009",
    "outputs-let-go",
    title="The node lets go of its outputs once it gave them.",
    why=(
        "The host can't free a result that it no longer needs: memory grows with each run "
        "until the system ends it."
    ),
    fix=(
        "Leave caching to the host; where a cache of one's own is needed, bound it to a few "
        "entries."
    ),
    level="warning",
)
def outputs_let_go(node: Node) -> Iterator[Violation]:
    explained_by(node, "EXEC-049")
    yield from each_once(node, lost(node, "flat", "outputs", saying="are kept: "))
