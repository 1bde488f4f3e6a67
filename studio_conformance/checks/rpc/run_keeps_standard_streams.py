"""The node leaves stdin, stdout and stderr as they are."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-011",
    "run-keeps-standard-streams",
    title="The node leaves stdin, stdout and stderr as they are.",
    why=(
        "What all other nodes and the host itself print is lost from then on; a worker that "
        "talks over them is cut off."
    ),
    fix=(
        "Use contextlib.redirect_stdout in a with statement, and os.dup2 only with a finally "
        "that takes it back."
    ),
    level="error",
)
def run_keeps_standard_streams(node: Node) -> Iterator[Violation]:
    yield from each_once(node, lost(node, "standard", "replaced"))
