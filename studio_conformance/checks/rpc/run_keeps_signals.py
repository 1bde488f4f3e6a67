"""The node sets no signal handlers."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import require_isolated
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "RPC-013",
    "run-keeps-signals",
    title="The node sets no signal handlers.",
    why=(
        "The host runs nodes in a thread, where setting a handler is an error; elsewhere "
        "Ctrl-C and the end of the host no longer work."
    ),
    fix=("Set no handlers; let a deadline be a parameter of the call that may take long."),
    level="error",
)
def run_keeps_signals(node: Node) -> Iterator[Violation]:
    require_isolated(node)  # a debugger in this process sets some
    yield from leftovers(node, "left another handler of a signal", "signal")
