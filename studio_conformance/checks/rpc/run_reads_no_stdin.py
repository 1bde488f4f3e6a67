"""The node does not read from stdin."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-012",
    "run-reads-no-stdin",
    title="The node does not read from stdin.",
    why=(
        "Nobody sits at a server's console: the host waits there for ever, with all queued prompts."
    ),
    fix=("Ask for what is needed with an input of the node."),
    level="error",
)
def run_reads_no_stdin(node: Node) -> Iterator[Violation]:
    yield from each_once(node, lost(node, "standard", "read"))
