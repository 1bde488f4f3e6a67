"""INPUT_TYPES uses the groups that the host reads."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node

GROUPS = ("required", "optional", "hidden")


@check(
    "V1-009",
    "input-groups-known",
    title="INPUT_TYPES has no groups but required, optional and hidden.",
    why="The host reads these three only: inputs of any other group are shown to nobody.",
    fix='Rename the group to "required", "optional" or "hidden".',
    level="warning",
    kinds=("v1",),
)
def input_groups_known(node: Node) -> Iterator[Violation]:
    if node.facts["input_types_form"] is not None:
        raise NotApplicable("INPUT_TYPES returned no groups (see input-types-shape)")
    for group in node.facts["groups"]:
        if group not in GROUPS:
            near = get_close_matches(group.lower(), GROUPS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            message = f"INPUT_TYPES has an unknown group {group!r}{hint}"
            yield Violation(message, node.locate(group), group)
