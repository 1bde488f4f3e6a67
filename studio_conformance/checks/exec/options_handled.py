"""A node can do what each option of its combos says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._failing import (
    failure_of,
    failures,
    is_of_a_module,
    is_of_numbers,
    require_working_defaults,
    varied,
)
from studio_conformance.checks._runs import runs
from studio_conformance.subject import Node

UNKNOWN = re.compile(r"(?i)\b(unknown|unsupported|not supported|unhandled|not implemented)\b")
"""Messages of a node that does not know its own option."""


@check(
    "EXEC-054",
    "options-handled",
    title="The node handles every option of every combo.",
    why="The option is offered in the menu and fails when it is chosen.",
    fix="Handle the option or take it out of the list.",
    level="error",
)
def options_handled(node: Node) -> Iterator[Violation]:
    require_working_defaults(node)
    if not any(varied(record, "option") for record in runs(node)):
        raise NotApplicable("the node has no combo of which several options were run")
    yield from failures(node, "fails on an option of {name!r}", _unhandled)


def _unhandled(record: CaseRecord) -> str | None:
    failure, name = failure_of(record), varied(record, "option")
    if failure is None or name is None or is_of_a_module(failure) or is_of_numbers(failure):
        return None
    if failure["rejection"] in ("programming", "other"):
        return name
    option = record["case"]["id"].partition("=")[2]
    unknown = failure["rejection"] == "clear" and UNKNOWN.search(failure["message"])
    return name if unknown and option in failure["message"] else None
