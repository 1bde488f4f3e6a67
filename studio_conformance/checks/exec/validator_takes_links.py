"""The validator accepts None for what comes over a link."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import HookFacts
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._hooks import answers, wrong_answers
from studio_conformance.checks._runs import explained_by, raised
from studio_conformance.subject import Node

HOOK = "validate_inputs"


@check(
    "EXEC-026",
    "validator-takes-links",
    title="The validator accepts None for an input that comes over a link.",
    why=(
        "The validator is asked before anything runs: an input that is linked has no value "
        "yet. The workflow can't be queued."
    ),
    fix="Let None pass: what comes over a link can only be looked at when the node runs.",
    level="warning",
)
def validator_takes_links(node: Node) -> Iterator[Violation]:
    known = ("SIGNATURE-004", "SIGNATURE-007", "SIGNATURE-008", "SIGNATURE-009", "SIGNATURE-010")
    explained_by(node, *known, "V1-013")
    if not any(facts["accepted"] for _, facts in answers(node, HOOK, "constants")):
        raise NotApplicable("the validator accepted no input at all")
    yield from wrong_answers(node, HOOK, ("linked",), _refusal)


def _refusal(facts: HookFacts) -> str | None:
    failure = facts["failure"]
    if failure is not None and failure["rejection"] != "environment":
        return f"raises {raised(failure)} where inputs are linked (None)"
    refused = failure is None and facts["accepted"] is False
    return f"gives {facts['value']!r} where inputs are linked (None)" if refused else None
