"""What comes of running the same input again, for family EXEC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord, Difference, Relation, RelationName
from studio_conformance.checks import NotApplicable
from studio_conformance.checks._runs import Seen, related, returned, runs
from studio_conformance.subject import Node

SLACK = 1e-3
"""Share of the greatest value by which sums may differ that are added up in another order."""
TINY = 1e-6
_SEED = re.compile(r"(^|_)(seed|rng)($|_)", re.IGNORECASE)
Pair = tuple[CaseRecord, Relation]


def real(relation: Relation) -> list[Difference]:
    """Differences of outcome or outputs that are more than rounding."""
    return [each for each in relation["differences"] if is_real(each)]


def is_real(difference: Difference) -> bool:
    """Whether it is one of outcome or outputs, and more than rounding."""
    return difference["path"][:2] != "ui" and _matters(difference)


def _matters(difference: Difference) -> bool:
    most, share = difference["max_abs"], difference["max_rel"]
    if most is None:
        return True
    return most > TINY and (share is None or share > SLACK)


def repeated(node: Node, *names: RelationName) -> list[Pair]:
    """The further runs of these kinds that can be compared. Raises NotApplicable for none."""
    found: list[Pair] = []
    for name in names:
        try:
            found += [pair for pair in related(returned(node), name) if _came_back(pair[1])]
        except NotApplicable:
            if name == names[-1] and not found:
                raise
    return found


def _came_back(relation: Relation) -> bool:
    """A run that died or hung is told of by checks of its own."""
    facts = relation["facts"]
    return facts is None or facts["outcome"] not in ("crashed", "hung")


def differing(pairs: list[Pair]) -> Iterator[tuple[CaseRecord, Relation, Difference]]:
    """The further runs that do not agree, each with its first difference."""
    for record, relation in pairs:
        found = real(relation)
        if found:
            yield record, relation, found[0]


def seeds(node: Node) -> list[str]:
    """Ids of inputs that are there to decide about chance."""
    return [
        item["id"]
        for item in node.inputs
        if item["io_type"] == "INT"
        and (_SEED.search(item["id"]) or item["spec"].get("control_after_generate"))
    ]


def require_repeatable(node: Node) -> None:
    """Raise NotApplicable when the node says that it is to run anew each time."""
    attribute = node.attribute("NOT_IDEMPOTENT")
    if node.flag("not_idempotent") or (attribute is not None and attribute["value"] is True):
        raise NotApplicable("the node says that it is not idempotent")
    for record in runs(node):
        for facts in record["facts"]["hooks"]:
            if facts["role"] == "fingerprint_inputs" and facts["same_again"] is False:
                raise NotApplicable("the node's fingerprint asks to run it each time")


def as_seen(
    saying: str, found: Iterator[tuple[CaseRecord, Relation, Difference]]
) -> Iterator[Seen]:
    """In words; named by the output, without what is inside it."""
    for record, _, first in found:
        name = re.sub(r"[\[.].*", "", first["path"])
        yield Seen(name, f"{saying}: {first['path']}: {first['what']}", record)
