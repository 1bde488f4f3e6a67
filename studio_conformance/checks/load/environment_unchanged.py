"""Importing the pack leaves the process environment alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-036",
    "environment-unchanged",
    title="Importing the pack does not change environment variables.",
    why=(
        "Environment variables belong to the whole process: which device is used, where "
        "caches lie, how many threads run then changes for the host and for every other pack, "
        "depending on the order of loading."
    ),
    fix=(
        "Pass the setting to the library call that needs it, or document the variable and let "
        "the user set it."
    ),
    level="warning",
    scope="pack",
)
def environment_unchanged(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "environment variable changed at import", "environment")
