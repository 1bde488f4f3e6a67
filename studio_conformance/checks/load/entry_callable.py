"""The entry point can be called."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-008",
    "entry-callable",
    title="The entry point is a function.",
    why="The host does not call it, logs a warning and shows no node of the pack.",
    fix=(
        "Make the entry point a function (async or not) that returns an instance of the "
        "extension class."
    ),
    level="error",
    scope="pack",
)
def entry_callable(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "entry-not-callable")
