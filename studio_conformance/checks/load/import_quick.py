"""Importing the pack takes seconds, not longer."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import require_import
from studio_conformance.subject import Pack

MOST_SECONDS = 10.0
"""Torch and what other programs keep the machine busy with are not counted."""


@check(
    "LOAD-042",
    "import-quick",
    title="Importing the pack takes at most 10 seconds.",
    why=(
        "Packs are imported one after another before the host opens its port: each slow one is "
        "waited for at every start, whether or not its nodes are used."
    ),
    fix=(
        "Import heavy libraries inside the functions that use them, and load models and tables "
        "when a node first needs them."
    ),
    level="warning",
    scope="pack",
)
def import_quick(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    seconds = pack.description["load"]["seconds"]
    if seconds > MOST_SECONDS:
        yield Violation(f"importing the pack took more than {MOST_SECONDS:g} s", pack.at())
