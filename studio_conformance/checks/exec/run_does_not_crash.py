"""Running a node does not kill the process."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import (
    Seen,
    all_facts,
    each_once,
    raised,
    raised_at,
    runs,
)
from studio_conformance.subject import Node

NO_EXCEPTIONS = ("SystemExit", "KeyboardInterrupt", "BaseException")
"""The host catches exceptions; what is none ends its thread that runs prompts."""
MEMORY = "took more than"
"""How the reason begins where the worker was ended for its memory: inputs are ours to choose."""


@check(
    "EXEC-047",
    "run-does-not-crash",
    title="No run of the node ends the process.",
    why=(
        "The host is one process: every user of it loses the running prompt, the queue and "
        "all models in memory, without an error message."
    ),
    fix=(
        "Look for sys.exit and os._exit, and for native code that gets sizes, dtypes or "
        "pointers it does not check."
    ),
    level="error",
)
def run_does_not_crash(node: Node) -> Iterator[Violation]:
    yield from each_once(node, _seen(node))


def _seen(node: Node) -> Iterator[Seen]:
    for record in runs(node):
        for facts in all_facts(record):
            failure = facts["failure"]
            if facts["outcome"] == "crashed" and not facts["reason"].startswith(MEMORY):
                yield Seen("process", facts["reason"] or "the process ended", record)
            elif failure is not None and failure["type"] in NO_EXCEPTIONS:
                text = f"raises {raised(failure)}, which ends the host"
                yield Seen("process", text, record, raised_at(node, failure))
