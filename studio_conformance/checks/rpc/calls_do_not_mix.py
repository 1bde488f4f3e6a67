"""Two calls of an async node at the same time do not mix."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import differing
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-006",
    "calls-do-not-mix",
    title="Two calls of an async node at the same time do not mix.",
    why=(
        "The host runs async nodes side by side: an image ends up in the result of another "
        "branch of the workflow."
    ),
    fix=(
        "Keep what a call works on in local variables: the class and the module belong to all "
        "calls."
    ),
    level="error",
)
def calls_do_not_mix(node: Node) -> Iterator[Violation]:
    yield from each_once(node, differing(node, "together", "two calls at once mix"))
