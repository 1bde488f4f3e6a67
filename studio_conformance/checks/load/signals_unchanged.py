"""Importing the pack installs no signal handler."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-040",
    "signals-unchanged",
    title="Importing the pack does not install signal handlers.",
    why=(
        "The host's own handler for Ctrl-C or termination is replaced, so the user can no "
        "longer stop it, or work in progress is lost when it is stopped."
    ),
    fix=(
        "Leave signals to the host; use a context manager or atexit for what has to be cleaned up."
    ),
    level="warning",
    scope="pack",
)
def signals_unchanged(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "signal handler changed at import", "signal")
