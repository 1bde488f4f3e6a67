"""The host can make the node's /object_info entry."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "V1-018",
    "info-builds",
    title="The node's /object_info entry can be made.",
    why=(
        "The host logs the error and leaves the node out of what it tells the frontend: it can be "
        "run by a script but is found by nobody."
    ),
    fix="Mend the class attribute or method that the message names.",
    level="error",
)
def info_builds(node: Node) -> Iterator[Violation]:
    failure = node.facts["info_failure"]
    if failure is None:
        return
    if node.kind == "v1" and node.attribute("RETURN_TYPES") is None:
        raise NotApplicable("RETURN_TYPES is missing (see return-types-sequence)")
    if node.facts["input_types_form"] is not None:
        raise NotApplicable("INPUT_TYPES has no groups (see input-types-shape)")
    where = node.location
    if failure["file"] is not None:
        where = node.pack.at(failure["file"], failure["line"])
    yield Violation(f"making the entry raised {failure['type']}: {failure['message']}", where)
