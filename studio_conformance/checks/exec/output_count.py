"""A run gives as many values as the node declares outputs."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, explained_by, returned
from studio_conformance.subject import Node


@check(
    "EXEC-001",
    "output-count",
    title="Each run gives as many values as the node declares outputs.",
    why=(
        "Values beyond the declared outputs are dropped. Where one is missing, what follows "
        "gets None or the run fails, and only on the inputs that take this path."
    ),
    fix=(
        "Return one value for each output on every path, None or an empty tensor included, or "
        "declare the outputs that are returned."
    ),
    level="error",
)
def output_count(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-023", "SIGNATURE-024", "SCHEMA-020", "V1-001")
    found = [*_seen(node)]
    if not node.outputs:
        raise NotApplicable("the node declares no outputs")
    yield from each_once(node, found)


def _seen(node: Node) -> Iterator[Seen]:
    for record in returned(node):
        facts = record["facts"]
        only_shows = facts["returned"] is None and facts["ui"] is not None
        judged = not only_shows and facts["form"] not in ("other", "ExecutionBlocker")
        if facts["length_differs"] and judged:
            given = facts["returned"] or 0
            values = "1 value" if given == 1 else f"{given} values"
            yield Seen("outputs", f"gave {values} for {facts['declared']} outputs", record)
