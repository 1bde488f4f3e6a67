"""What a run left behind it outside of the node, as findings of family EXEC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reference_runtime.exercise.facts import CaseFacts, CaseRecord, StateChange, StateKind
from studio_conformance.checks import Location, Violation
from studio_conformance.checks._runs import Seen, all_facts, each_once, returned, runs
from studio_conformance.subject import Node

CALLED = ("returned", "blocked", "raised")
"""Outcomes after which the worker was there to be looked at."""
Wanted = Callable[[CaseRecord, StateChange], bool]


def leftovers(
    node: Node, saying: str, *kinds: StateKind, wanted: Wanted = lambda record, change: True
) -> Iterator[Violation]:
    """One violation for each thing left otherwise than it was, in any run of any case.

    Raises NotApplicable when there is none, and no run came to an end by itself.
    """
    found = [*_seen(node, saying, kinds, wanted)]
    if not found:
        returned(node)
    yield from each_once(node, found)


def _seen(node: Node, saying: str, kinds: tuple[str, ...], wanted: Wanted) -> Iterator[Seen]:
    for record in runs(node):
        for facts in all_facts(record):
            for change in facts["changes"] if facts["outcome"] in CALLED else []:
                if change["kind"] in kinds and wanted(record, change):
                    text = f"{saying}: {change['detail']}" if change["detail"] else saying
                    yield Seen(_name(change), text, record, _line(node, facts, change))


def _name(change: StateChange) -> str:
    """The part that is the same in every run: a file's own name may not be."""
    if change["kind"] == "file":
        return f"file in {change['place']}"
    return change["detail"] if change["kind"] in ("rng", "host-patched") else change["kind"]


def _line(node: Node, facts: CaseFacts, change: StateChange) -> Location | None:
    """The line of the pack that wrote the file or started the process, if the audit saw it."""
    kind = {"file": "write", "process": "process"}.get(change["kind"])
    for effect in facts["effects"]:
        if effect["kind"] == kind and effect["file"] and change["detail"] in effect["detail"]:
            return node.pack.at(effect["file"], effect["line"])
    return None


def texts_in(recipe: Any) -> Iterator[str]:
    """Every text that a recipe gives to the node as it is."""
    if isinstance(recipe, dict):
        for key, value in recipe.items():
            if key == "value" and isinstance(value, str):
                yield value
            else:
                yield from texts_in(value)
    elif isinstance(recipe, list):
        for each in recipe:
            yield from texts_in(each)
