"""Asking a node for its description ends within the time allowed."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-044",
    "describe-no-hang",
    title="Asking a node for its inputs comes to an end.",
    why=(
        "The host asks every node for its description when the browser opens and before each "
        "run: one node that waits there blocks the whole interface."
    ),
    fix=(
        "Take what waits (network, locks, scans of large folders) out of define_schema / "
        "INPUT_TYPES of the named node."
    ),
    level="error",
    scope="pack",
)
def describe_no_hang(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "node-hung")
