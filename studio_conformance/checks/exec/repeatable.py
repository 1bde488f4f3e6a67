"""The same input gives the same result."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._repeats import (
    as_seen,
    differing,
    repeated,
    require_repeatable,
    seeds,
)
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "EXEC-017",
    "repeatable",
    title="Two runs on the same input give the same result, unless the node says otherwise.",
    why=(
        "The host keeps the first result and does not run the node again: what the user sees "
        "depends on what ran before, and no workflow can be repeated."
    ),
    fix=(
        "Add a seed input and draw from a generator made of it; or let the fingerprint change "
        "where a new result is wanted."
    ),
    level="warning",
)
def repeatable(node: Node) -> Iterator[Violation]:
    if seeds(node):
        raise NotApplicable("the node has a seed (see seed-decides)")
    require_repeatable(node)
    pairs = repeated(node, "again", "other_rng")
    yield from each_once(node, as_seen("the same input gave another result", differing(pairs)))
