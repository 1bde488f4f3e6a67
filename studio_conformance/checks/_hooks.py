"""How the methods answered that the host calls around a run, for family EXEC."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reference_runtime.exercise.facts import CaseRecord, HookFacts
from studio_conformance.checks import NotApplicable, Violation
from studio_conformance.checks._failing import require_what_it_needs
from studio_conformance.checks._runs import (
    Seen,
    each_once,
    explained_by,
    raised,
    raised_at,
    runs,
    with_all_inputs,
)
from studio_conformance.subject import Node

ROLES = {
    "validate_inputs": "VALIDATE_INPUTS",
    "fingerprint_inputs": "IS_CHANGED",
    "check_lazy_status": "check_lazy_status",
}
"""The names that v1 nodes have for the hooks."""


def role_of(node: Node, hook: str) -> str:
    """The hook's name in this node's class."""
    return ROLES[hook] if node.kind == "v1" else hook


def answers(node: Node, hook: str, *variants: str) -> list[tuple[CaseRecord, HookFacts]]:
    """Every call of the hook in these variants. Raises NotApplicable when there is none."""
    found = [
        (record, facts)
        for record in runs(node)
        for facts in record["facts"]["hooks"]
        if facts["role"] == hook and facts["variant"] in variants
    ]
    if not found:
        raise NotApplicable(f"the node has no {role_of(node, hook)} that was called")
    return found


def wrong_answers(
    node: Node, hook: str, variants: tuple[str, ...], wrong: Callable[[HookFacts], str | None]
) -> Iterator[Violation]:
    """One violation for what ``wrong`` says about the calls of the hook."""
    role = role_of(node, hook)
    where = node.locate_method(role)
    texts = ((record, wrong(facts)) for record, facts in answers(node, hook, *variants))
    seen = (Seen(role, f"{role} {text}", record, where) for record, text in texts if text)
    yield from each_once(node, seen)


def raising(node: Node, hook: str, variants: tuple[str, ...], *known: str) -> Iterator[Violation]:
    """One violation if the hook raised; ``known``: checks that say so without a run."""
    found = [*_raised(node, hook, variants)]
    if found:
        explained_by(node, *known)
        require_what_it_needs(node)
        with_all_inputs(node)
    yield from each_once(node, found)


def _raised(node: Node, hook: str, variants: tuple[str, ...]) -> Iterator[Seen]:
    role = role_of(node, hook)
    for record, facts in answers(node, hook, *variants):
        failure = facts["failure"]
        if failure is not None and failure["rejection"] != "environment":
            text = f"{role} raises {raised(failure)}"
            yield Seen(role, text, record, raised_at(node, failure, role))
