"""The fingerprint is a value that the host can compare and write down."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import HookFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import wrong_answers
from studio_conformance.subject import Node


@check(
    "EXEC-023",
    "fingerprint-plain",
    title="The fingerprint is a plain value: text, number, or a list of these.",
    why=(
        "What can't be compared counts as changed, so the node runs each time. What is no "
        "JSON breaks the history of every prompt with the node."
    ),
    fix="Return text or a number, for instance hashlib.sha256(...).hexdigest().",
    level="error",
)
def fingerprint_plain(node: Node) -> Iterator[Violation]:
    yield from wrong_answers(node, "fingerprint_inputs", ("constants",), _odd)


def _odd(facts: HookFacts) -> str | None:
    if facts["failure"] is not None:
        return None
    if facts["hashable"] is False:
        return f"gives a {facts['type']}, which the host can't compare"
    objects = [defect for defect in facts["defects"] if defect["kind"] != "non-finite"]
    if objects:
        return f"gives a {objects[0]['type']}, which is no JSON: {objects[0]['repr']}"
    return None
