"""A node leaves environment variables and sys.path alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reference_runtime.exercise.facts import StateChange
from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-043",
    "run-keeps-environment",
    title="Running the node does not change environment variables or sys.path.",
    why=(
        "Both belong to the whole host: libraries of other packs read other settings, or "
        "other modules of the same name."
    ),
    fix="Pass env= to the process that needs it; import the pack's modules relatively.",
    level="warning",
)
def run_keeps_environment(node: Node) -> Iterator[Violation]:
    yield from leftovers(
        node,
        "the process has other settings after the run",
        "environment",
        "sys.path",
        wanted=lambda record, change: _is_own(node, change),
    )


def _is_own(node: Node, change: StateChange) -> bool:
    """Whether the pack's source names what changed: libraries set variables when imported."""
    name = re.split(r"[= ]", change["detail"])[0]
    return bool(node.pack.source.mentioning("sys.path" if change["kind"] == "sys.path" else name))
