"""An earlier run does not change a later one."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._repeats import as_seen, differing, repeated, require_repeatable
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "EXEC-019",
    "no-carried-state",
    title="A run gives the same result whether or not the node ran before.",
    why=(
        "The result depends on what else the user tried in this session: the same workflow "
        "gives something else after a restart."
    ),
    fix=(
        "Keep in self, or in the class, only what is computed from the inputs, and look it up "
        "by them."
    ),
    level="error",
)
def no_carried_state(node: Node) -> Iterator[Violation]:
    require_repeatable(node)
    alone = repeated(node, "again", "other_rng")
    if any(differing(alone)):
        raise NotApplicable("two fresh runs do not agree either (see repeatable)")
    pairs = repeated(node, "same_instance")
    saying = "after another run the same input gave another result"
    yield from each_once(node, as_seen(saying, differing(pairs)))
