"""A run gives its result in a form that the host takes apart as meant."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, each_once, explained_by, returned, runs
from studio_conformance.subject import Node


@check(
    "EXEC-002",
    "result-form",
    title="Each run gives its result in a form that the host reads as the node means it.",
    why=(
        "A bare value is taken apart all the same: a text gives its first letter, a tensor "
        "its first image, a number ends the run with an error of the host's."
    ),
    fix="Return a tuple, also for one value: (image,). A v3 node returns io.NodeOutput(image).",
    level="error",
)
def result_form(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-021", "SIGNATURE-022", "SIGNATURE-024", "SIGNATURE-005")
    found = [*_seen(node)]
    if not found:
        returned(node)
    yield from each_once(node, found)


def _seen(node: Node) -> Iterator[Seen]:
    for record in runs(node):
        facts = record["facts"]
        if facts["form"] == "other":
            yield Seen("result", f"gave a bare {facts['form_type']}", record)
        elif facts["form"] == "None" and _host_raises(facts):
            yield Seen("result", "gave None, which the host can't take apart", record)


def _host_raises(facts: CaseFacts) -> bool:
    return facts["failure"] is not None and facts["failure"]["stage"] == "result"
