"""What was seen when a node ran, as the checks of family EXEC read it.

A check speaks only about runs that say something about the node: not about inputs the node
refused, not about what this machine or a fake model lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reference_runtime.exercise.facts import (
    CaseFacts,
    CaseFailure,
    CaseRecord,
    Relation,
    RelationName,
)
from studio_conformance.checks import (
    Location,
    NotApplicable,
    NotGenerable,
    NotReached,
    Violation,
    all_checks,
)
from studio_conformance.subject import Node

SHORT = 400
"""Characters of an input that a message shows."""


@dataclass(frozen=True)
class Seen:
    """Something wrong that was seen in one run."""

    name: str
    """The input, output, key or method concerned: one finding for each."""
    text: str
    record: CaseRecord
    where: Location | None = None
    """Where it stands, if that is known better than "in the method that runs the node"."""


def runs(node: Node) -> list[CaseRecord]:
    """Every case that was run. Raises NotGenerable or NotReached when there is none."""
    execution = node.execution
    for missing in execution["not_generable"]:
        place = f"input {missing['input']!r} of type {missing['io_type']}"
        raise NotGenerable(f"{place}: {missing['reason']}")
    done = [each for each in execution["cases"] if each["facts"]["outcome"] != "not_run"]
    if not done:
        raise NotReached(execution["reason"] or _reason(execution["cases"]))
    return done


def _reason(records: list[CaseRecord]) -> str:
    return next((each["facts"]["reason"] for each in records), "no case was run")


def returned(node: Node) -> list[CaseRecord]:
    """Cases in which the node gave something. Raises NotApplicable when it never did."""
    gave = [each for each in runs(node) if each["facts"]["outcome"] in ("returned", "blocked")]
    if not gave:
        raise NotApplicable(f"no run gave a result ({_first_trouble(node)})")
    return gave


def _first_trouble(node: Node) -> str:
    facts = runs(node)[0]["facts"]
    return facts["failure"]["message"][:200] if facts["failure"] else facts["reason"]


def without_fakes(node: Node) -> None:
    """Raise NotApplicable when a model stood in as a fake: what fails then may be the fake."""
    fakes = node.execution["fakes"]
    if fakes:
        raise NotApplicable(f"stand-ins were used for {', '.join(fakes)}")


def with_all_inputs(node: Node) -> None:
    """Raise NotApplicable when the frontend gives the node inputs that its schema does not list."""
    groups = node.facts["open_groups"]
    if groups:
        raise NotApplicable(f"only the frontend knows all inputs of the group {groups[0]!r}")


def explained_by(node: Node, *codes: str) -> None:
    """Raise NotApplicable when one of these checks already says it: one cause, one finding."""
    for code in codes:
        if _speaks(node, code):
            raise NotApplicable(f"{code} {all_checks()[code].slug} says so already")


def _speaks(node: Node, code: str) -> bool:
    try:
        return bool(all_checks()[code].judge(node))
    except NotApplicable:
        return False


def related(records: Iterable[CaseRecord], name: RelationName) -> list[tuple[CaseRecord, Relation]]:
    """The cases that were run again in this way, where the two runs can be compared.

    Raises NotApplicable when there is none.
    """
    pairs = [
        (record, relation)
        for record in records
        for relation in record["relations"]
        if relation["name"] == name and relation["outcome"] != "not_comparable"
    ]
    if not pairs:
        raise NotApplicable("no case was run again in a way that can be compared")
    return pairs


def all_facts(record: CaseRecord) -> list[CaseFacts]:
    """What was seen in the case and in its further runs."""
    again = [each["facts"] for each in record["relations"]]
    return [record["facts"], *(facts for facts in again if facts is not None)]


def each_once(node: Node, seen: Iterable[Seen]) -> Iterator[Violation]:
    """One violation for each name, with the first case it was seen in."""
    groups: dict[str, list[Seen]] = {}
    for found in seen:
        groups.setdefault(found.name, []).append(found)
    for name, found_again in groups.items():
        first = found_again[0]
        where = first.where or node.locate_method("execute")
        text = f"{first.text}; {described(first.record)}{_more(found_again)}"
        yield Violation(text, where, name, case=first.record["case"]["id"])


def described(record: CaseRecord) -> str:
    """The case and its input in words."""
    text = record["text"]
    short = text if len(text) <= SHORT else text[: SHORT - 1] + "…"
    return f"case {record['case']['id']}" + (f": {short}" if short else "")


def _more(found: list[Seen]) -> str:
    cases = len({each.record["case"]["id"] for each in found})
    return f" (and {cases - 1} more)" if cases > 1 else ""


def raised_at(node: Node, failure: CaseFailure, role: str = "execute") -> Location:
    """The innermost line of the pack that raised; else the method in this role."""
    if failure["file"] is None:
        return node.locate_method(role)
    return node.pack.at(failure["file"], failure["line"])


def raised(failure: CaseFailure) -> str:
    """The exception in words: its type and the first line of its message."""
    kind = failure["type"].rpartition(".")[2]
    return f"{kind}: {failure['message'].strip().partition(chr(10))[0][:300]}".rstrip(": ")
