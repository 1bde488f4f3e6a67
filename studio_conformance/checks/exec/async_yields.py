"""An async node does not keep the event loop."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, all_facts, each_once, returned
from studio_conformance.subject import Node

TOO_LONG = 0.2
"""Seconds; a busy machine adds some, so half of all runs have to take as long."""


@check(
    "EXEC-050",
    "async-yields",
    title="An async node lets other nodes run while it waits or computes.",
    why=(
        "Nodes that could run beside it stand still, progress freezes, and the node is async "
        "for nothing."
    ),
    fix=(
        "Await what waits (asyncio.sleep, an async client), and give what computes to "
        "asyncio.to_thread."
    ),
    level="warning",
)
def async_yields(node: Node) -> Iterator[Violation]:
    gave = returned(node)
    blocked = [
        facts["blocked_loop"]
        for record in gave
        for facts in all_facts(record)
        if facts["is_async"] and facts["blocked_loop"] is not None
    ]
    if not blocked:
        raise NotApplicable("the node is not async")
    usual = sorted(blocked)[len(blocked) // 2]
    if usual >= TOO_LONG:
        text = f"keeps the event loop for {usual:.2f} seconds (usual among {len(blocked)} runs)"
        yield from each_once(node, [Seen("execute", text, gave[0])])
