"""The entry point gives an extension instance."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-010",
    "entry-gives-extension",
    title="The entry point gives an instance of an extension class.",
    why=(
        "The host skips the pack with a warning when it gets anything else: the class itself, "
        "a list of nodes, a coroutine that was never awaited."
    ),
    fix=(
        "Return MyExtension(), an instance of a class derived from StudioExtension or "
        "ComfyExtension. A lambda around an async function is not awaited: use the async "
        "function itself."
    ),
    level="error",
    scope="pack",
)
def entry_gives_extension(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "entry-not-extension")
