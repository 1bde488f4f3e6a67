"""Two processes give the same result for the same input."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import differing
from studio_conformance.checks._repeats import require_repeatable
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-005",
    "workers-agree",
    title="Two processes give the same result for the same input.",
    why=(
        "The result holds for one start of the host only: after a restart, or on another "
        "machine, the same workflow gives something else."
    ),
    fix=(
        "Don't let hash() of texts, the order of a set, id() or the process's number decide; "
        "use hashlib or zlib.crc32, and sorted()."
    ),
    level="warning",
)
def workers_agree(node: Node) -> Iterator[Violation]:
    require_repeatable(node)
    saying = "another process gives another result for the same input"
    yield from each_once(node, differing(node, "twin", saying))
