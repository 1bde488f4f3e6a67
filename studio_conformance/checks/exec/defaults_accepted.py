"""A node accepts the defaults of its own schema."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseFailure, CaseRecord
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._failing import OF_THE_CALL, default_case, failure_of
from studio_conformance.checks._runs import (
    Seen,
    each_once,
    explained_by,
    raised,
    raised_at,
    without_fakes,
)
from studio_conformance.subject import Node


@check(
    "EXEC-051",
    "defaults-accepted",
    title="The node accepts the defaults that its own schema gives.",
    why="The node fails as soon as a user adds it and presses run.",
    fix="Give defaults that the node can work with.",
    level="error",
)
def defaults_accepted(node: Node) -> Iterator[Violation]:
    without_fakes(node)
    _require_own_values(node)
    record = default_case(node)
    if record is None:
        raise NotApplicable("the defaults were not run")
    refusal = _refusal(record)
    if refusal is not None:
        explained_by(node, *OF_THE_CALL)
        where = raised_at(node, refusal[1]) if refusal[1] else None
        seen = Seen("defaults", f"refuses its own defaults: {refusal[0]}", record, where)
        yield from each_once(node, [seen])


def _refusal(record: CaseRecord) -> tuple[str, CaseFailure | None] | None:
    """What the node says against the defaults, and the exception if it was one."""
    if record["facts"]["outcome"] == "refused":
        return record["facts"]["reason"], None
    failure = failure_of(record)
    if failure is None or failure["rejection"] not in ("clear", "other"):
        return None
    return raised(failure), failure


def _require_own_values(node: Node) -> None:
    """Raise NotApplicable unless every value of the case comes from the schema.

    What comes over a link was made up by us, and an empty text asks to be filled in.
    """
    for item in node.inputs:
        default = item["spec"].get("default")
        given = default not in (None, "") or item["options"]
        if item["group"] == "required" and not given:
            raise NotApplicable(f"the schema gives no value for {item['id']!r}")
