"""What running one node came to, in numbers: an event of the log."""

from __future__ import annotations

from collections import Counter
from typing import TypedDict

from reference_runtime.exercise.facts import CaseRecord, NodeExecution

GAVE = ("returned", "blocked")
SLOW_SECONDS = 1.0
"""A node is slow when one call of it takes longer."""


class _Probed(TypedDict, total=False):
    """Only there where ways out were tried."""

    payloads: int
    """Calls that tried one."""
    declared: list[str]
    """Inputs that the settings let lead anywhere, with what they may do there."""


class Tally(_Probed):
    """Counts of cases of one node. ``planned`` is their sum and ``not_reached``."""

    node: str
    planned: int
    returned: int
    rejected: int
    """Clear rejections, of the validator or of the function itself."""
    raised: int
    """All other exceptions."""
    lacking: int
    """Exceptions for which the environment, or our stand-ins, are to blame."""
    crashed: int
    hung: int
    not_run: int
    not_reached: int
    runs: int
    """Calls in all, with the further runs of each case."""
    not_generable: list[str]
    """Inputs without a value, with their io type."""
    fakes: list[str]
    reason: str
    seconds: float
    slowest: float
    """Seconds of the longest single call."""


def tally(execution: NodeExecution) -> Tally:
    """Count what was seen."""
    kinds = Counter(_kind(record) for record in execution["cases"])
    counts: Tally = {
        "node": execution["node"],
        "planned": execution["planned"],
        "returned": kinds["returned"],
        "rejected": kinds["rejected"],
        "raised": kinds["raised"],
        "lacking": kinds["lacking"],
        "crashed": kinds["crashed"],
        "hung": kinds["hung"],
        "not_run": kinds["not_run"],
        "not_reached": execution["not_reached"],
        "runs": sum(1 + len(record["relations"]) for record in execution["cases"]),
        "not_generable": [f"{n['input']} ({n['io_type']})" for n in execution["not_generable"]],
        "fakes": execution["fakes"],
        "reason": execution["reason"],
        "seconds": round(execution["seconds"], 3),
        "slowest": round(max((r["facts"]["seconds"] for r in execution["cases"]), default=0.0), 3),
    }
    if "escapes" in execution:
        node, declared = execution["node"], execution["escapes"]["declared"]
        counts["payloads"] = execution["escapes"]["tried"]
        counts["declared"] = [f"{node}.{name} ({access})" for name, access in declared.items()]
    return counts


def _kind(record: CaseRecord) -> str:
    facts = record["facts"]
    if facts["outcome"] in GAVE:
        return "returned"
    if facts["outcome"] == "refused":
        return "rejected"
    failure = facts["failure"]
    if facts["outcome"] != "raised" or failure is None:
        return facts["outcome"]
    return {"clear": "rejected", "environment": "lacking"}.get(failure["rejection"], "raised")


def is_executed(counts: Tally) -> bool:
    """Whether the node's own code ran, for all that this machine and our stand-ins have to give.

    A node that can't but find something lacking was not executed; one that rejects or raises was.
    """
    names = ("returned", "rejected", "raised", "crashed", "hung")
    return any(counts[name] for name in names)  # type: ignore[literal-required]
