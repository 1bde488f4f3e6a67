"""A v3 node gives the same through its v1 face."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._repeats import as_seen, differing, repeated
from studio_conformance.checks._runs import each_once, explained_by
from studio_conformance.subject import Node


@check(
    "EXEC-021",
    "paths-agree",
    title="A v3 node gives the same result whether it is called as v3 or through its v1 face.",
    why=(
        "Other packs call nodes by the method that FUNCTION names. They get another result "
        "than the host, or an error."
    ),
    fix="Do everything in execute, and override none of the methods that the node API brings.",
    level="error",
    kinds=("v3",),
)
def paths_agree(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-004", "SIGNATURE-005")
    if any(differing(repeated(node, "again"))):
        raise NotApplicable("two runs on the same path do not agree either")
    pairs = repeated(node, "other_path")
    yield from each_once(node, as_seen("the v1 face gave something else", differing(pairs)))
