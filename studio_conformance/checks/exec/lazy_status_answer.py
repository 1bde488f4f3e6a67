"""The lazy hook answers with a list, or None."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import HookFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import wrong_answers
from studio_conformance.checks._runs import explained_by
from studio_conformance.subject import Node


@check(
    "EXEC-029",
    "lazy-status-answer",
    title="The method check_lazy_status answers with a list, or None.",
    why=(
        "The host reads nothing but lists: with a tuple, a set or a text the lazy inputs are "
        "never made, and the node runs with None."
    ),
    fix="Return a list of ids, [] when nothing more is needed.",
    level="error",
)
def lazy_status_answer(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-017")
    yield from wrong_answers(node, "check_lazy_status", ("constants", "linked"), _odd)


def _odd(facts: HookFacts) -> str | None:
    odd = facts["failure"] is None and facts["type"] not in ("list", "NoneType")
    return f"gives a {facts['type']} ({facts['value']!r}), not a list" if odd else None
