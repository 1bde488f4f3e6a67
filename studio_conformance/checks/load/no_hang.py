"""Loading the pack ends within the time allowed."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems
from studio_conformance.subject import Pack


@check(
    "LOAD-005",
    "no-hang",
    title="Loading the pack comes to an end.",
    why=(
        "Packs are loaded one after another before the host opens its port: one that waits "
        "for input, a lock or a server keeps the whole host from starting."
    ),
    fix=(
        "Move what waits (downloads, servers, input(), joins of threads) out of the import "
        "into the node that needs it, with a timeout."
    ),
    level="error",
    scope="pack",
)
def no_hang(pack: Pack) -> Iterator[Violation]:
    yield from from_problems(pack, "load-hung")
