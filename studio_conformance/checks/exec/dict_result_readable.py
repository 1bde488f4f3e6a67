"""A v3 node's run gives no dict where the host can't read one."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, each_once, explained_by, returned, runs
from studio_conformance.subject import Node


@check(
    "EXEC-003",
    "dict-result-readable",
    title="No run of a v3 node gives a dict where the host can't read one.",
    why=(
        "This host fails to turn a dict into a NodeOutput: the run ends with a TypeError in "
        "the host's own code, on every input that takes this path."
    ),
    fix="Return io.NodeOutput(value, ui=...) instead of a dict with result and ui.",
    level="error",
    kinds=("v3",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def dict_result_readable(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-020")
    found = [
        Seen("result", "gave a dict, which this host can't read", record)
        for record in runs(node)
        if record["facts"]["form"] == "dict" and record["facts"]["failure"] is not None
    ]
    if not found:
        returned(node)
    yield from each_once(node, found)
