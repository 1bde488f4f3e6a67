"""Calling the entry point raises nothing."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-009",
    "entry-runs",
    title="The entry point runs without an error.",
    why="The host logs the traceback and goes on without the pack.",
    fix=(
        "Mend the error at the named line. The host calls the entry point without arguments "
        "and awaits it if it is a coroutine function."
    ),
    level="error",
    scope="pack",
)
def entry_runs(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "entry-failed")
