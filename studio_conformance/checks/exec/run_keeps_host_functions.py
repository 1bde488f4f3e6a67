"""A node replaces no function of the host."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-044",
    "run-keeps-host-functions",
    title="Running the node replaces no function or class of the host.",
    why=(
        "From then on all other nodes run the replacement too, also in workflows in which "
        "this node is muted or long gone."
    ),
    fix=(
        "Patch a clone (model.clone()), wrap the object you return, or undo the change in a "
        "finally."
    ),
    level="warning",
)
def run_keeps_host_functions(node: Node) -> Iterator[Violation]:
    yield from leftovers(node, "a part of the host is another one after the run", "host-patched")
