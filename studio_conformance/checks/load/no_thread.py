"""Importing the pack starts no thread."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-039",
    "no-thread",
    title="Importing the pack starts no thread.",
    why=(
        "A thread that runs from the host's start costs every user, whether or not the pack "
        "is used, and keeps the host from ending when it is not a daemon."
    ),
    fix=("Start the thread when a node first needs it, as a daemon, and stop it when it is idle."),
    level="warning",
    scope="pack",
)
def no_thread(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "thread started at import", "thread")
