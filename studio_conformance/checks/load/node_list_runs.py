"""get_node_list raises nothing."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-012",
    "node-list-runs",
    title="The extension's get_node_list runs without an error.",
    why="The host logs the traceback and goes on without any node of the pack.",
    fix=(
        "Mend the error at the named line. Where a node needs something that may be missing, "
        "leave that one node out of the list."
    ),
    level="error",
    scope="pack",
)
def node_list_runs(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "node-list-failed")
