"""A node accepts most of the input that its schema allows."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._failing import failure_of
from studio_conformance.checks._inputs import PLAIN
from studio_conformance.checks._runs import raised, runs, without_fakes
from studio_conformance.subject import Node

ENOUGH = 8
"""Cases from which on a share says something."""
MOST = 0.8


@check(
    "EXEC-057",
    "inputs-mostly-accepted",
    title="The node accepts most of the input that its schema allows.",
    why=(
        "What the schema does not say, neither users nor programs that build workflows can "
        "know: they find out by failing."
    ),
    fix=(
        "State the limits in the schema: min, max, step, options, types; split a text into "
        "widgets of their own."
    ),
    level="warning",
)
def inputs_mostly_accepted(node: Node) -> Iterator[Violation]:
    without_fakes(node)
    if node.hidden or not all(item["options"] or item["io_type"] in PLAIN for item in node.inputs):
        raise NotApplicable("what comes over links, or from the workflow, was made up by us")
    done = [record for record in runs(node) if _counts(record)]
    if len(done) < ENOUGH:
        raise NotApplicable(f"fewer than {ENOUGH} cases were run")
    rejected = [record for record in done if _rejected(record)]
    if len(rejected) > MOST * len(done):
        text = f"rejects {len(rejected)} of {len(done)} inputs, first: {_reason(rejected[0])}"
        yield Violation(text, node.locate_method("execute"), "inputs")


def _counts(record: CaseRecord) -> bool:
    failure = record["facts"]["failure"]
    return failure is None or failure["rejection"] != "environment"


def _rejected(record: CaseRecord) -> bool:
    failure = failure_of(record)
    clear = failure is not None and failure["rejection"] == "clear"
    if clear and failure is not None and failure["type"] == "RuntimeError":
        return False  # of the machine, as a rule: no webcam, no server
    return clear or record["facts"]["outcome"] == "refused"


def _reason(record: CaseRecord) -> str:
    failure = record["facts"]["failure"]
    return raised(failure) if failure else record["facts"]["reason"]
