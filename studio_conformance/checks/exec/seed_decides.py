"""The seed alone decides about chance."""

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
    "EXEC-018",
    "seed-decides",
    title="Two runs with the same seed and the same input give the same result.",
    why=(
        "Users share a workflow with its seed and get other images; a result they liked never "
        "comes back."
    ),
    fix="Draw every random number from a generator that is made of the seed in this very run.",
    level="error",
)
def seed_decides(node: Node) -> Iterator[Violation]:
    names = seeds(node)
    if not names:
        raise NotApplicable("the node has no seed")
    require_repeatable(node)
    pairs = repeated(node, "again", "other_rng")
    saying = f"the same {names[0]} gave another result"
    yield from each_once(node, as_seen(saying, differing(pairs)))
