"""The validator answers True, False or with a message."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import HookFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import wrong_answers
from studio_conformance.checks._runs import explained_by
from studio_conformance.subject import Node


@check(
    "EXEC-025",
    "validator-answers",
    title="The validator answers True, False or with a message.",
    why=(
        "The host goes on for True alone: None, 1 and numpy's True refuse the prompt, without "
        "a word about the reason."
    ),
    fix="Return True where the input is right, else a text that says what is wrong.",
    level="error",
)
def validator_answers(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-010")
    yield from wrong_answers(node, "validate_inputs", ("constants",), _odd)


def _odd(facts: HookFacts) -> str | None:
    odd = facts["failure"] is None and facts["type"] not in ("bool", "str")
    return f"gives a {facts['type']} ({facts['value']!r})" if odd else None
