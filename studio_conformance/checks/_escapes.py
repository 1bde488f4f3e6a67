"""What got out of a node through its texts, as the checks of family SANDBOX read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reference_runtime.escapes.facts import EscapeFacts, EscapeKind, EscapesFacts
from studio_conformance.checks import (
    Location,
    NotApplicable,
    NotGenerable,
    NotReached,
    Violation,
)
from studio_conformance.checks._runs import runs
from studio_conformance.subject import Node

LESS: dict[EscapeKind, tuple[EscapeKind, ...]] = {
    "exists": ("read", "list", "write", "delete"),
    "list": ("read",),
    "link": ("read", "list", "write", "delete"),
    "secret": ("shell", "code"),
}
"""What says less than something else that was found: one cause, one finding."""


def tried(node: Node) -> EscapesFacts:
    """What was tried of the node.

    Raises NotGenerable and NotReached where nothing was, NotApplicable where no text comes in.
    """
    execution = node.execution
    for missing in execution["not_generable"]:
        place = f"input {missing['input']!r} of type {missing['io_type']}"
        raise NotGenerable(f"{place}: {missing['reason']}")
    if "escapes" not in execution:
        raise NotReached("not tried: the pack is not isolated")
    facts = execution["escapes"]
    if not facts["inputs"]:
        raise NotApplicable("no input takes a text")
    if not execution["cases"]:
        raise NotReached(execution["reason"] or "the node was not run")
    return facts


def escaped(node: Node, kind: EscapeKind, saying: str) -> Iterator[Violation]:
    """One violation for each input through which this got out, in its smallest form.

    Raises what ``tried`` raises, and NotReached where nothing was found and not all was tried.
    """
    facts = tried(node)
    found = [each for each in facts["found"] if each["kind"] == kind and not _less(each, facts)]
    if not found:
        _require_all(facts)
    for each in found:
        told = _told(each, saying).replace(str(node.pack.path), "<pack>")
        yield Violation(told, _where(node, each), each["input"])


def by_itself(node: Node, kind: Literal["network", "process"], saying: str) -> Iterator[Violation]:
    """One violation for each line that did this while the node ran on its defaults.

    Raises what ``runs`` raises.
    """
    lines: set[Location] = set()
    for record in runs(node):
        if record["case"]["id"] != "defaults":
            continue
        for effect in record["facts"]["effects"]:
            where = node.pack.at(effect["file"], effect["line"])
            if effect["kind"] == kind and where not in lines:
                lines.add(where)
                yield Violation(f"{saying}: {effect['detail']}", where, None, record["case"]["id"])


def _require_all(facts: EscapesFacts) -> None:
    declared = facts["declared"]
    if facts["inputs"] == [*declared]:
        said = ", ".join(f"{name} ({access})" for name, access in declared.items())
        raise NotApplicable(f"declared to lead anywhere: {said}")
    for name, reason in facts["left"].items():
        raise NotReached(f"input {name!r} was not tried to the end: {reason}")


def _less(escape: EscapeFacts, facts: EscapesFacts) -> bool:
    """Whether something else that was found through the input says more."""
    more = LESS.get(escape["kind"], ())
    return any(e["input"] == escape["input"] and e["kind"] in more for e in facts["found"])


def _told(escape: EscapeFacts, saying: str) -> str:
    given = f"{escape['input']} = {escape['value']!a}" if escape["value"] else escape["input"]
    target = f": {escape['target']}" if escape["target"] else ""
    link = " (over a link, which the validator never sees)" if escape["over_link"] else ""
    return f"{given}{link} {saying}{target} ({escape['proof']}; payload {escape['payload']})"


def _where(node: Node, escape: EscapeFacts) -> Location:
    """The line that did it; else where the input is declared."""
    if escape["file"] is None:
        return node.locate(escape["input"])
    return node.pack.at(escape["file"], escape["line"])
