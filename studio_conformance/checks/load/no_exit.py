"""Importing the pack raises no SystemExit or KeyboardInterrupt."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems
from studio_conformance.subject import Pack


@check(
    "LOAD-003",
    "no-exit",
    title="Importing the pack does not ask the interpreter to exit.",
    why=(
        "The host catches Exception only: a SystemExit while a pack is imported ends the "
        "whole host, so that it can't be started with the pack installed."
    ),
    fix=(
        "Raise an ordinary exception (ImportError with a message that says what to install) "
        "in place of sys.exit(), exit() or quit()."
    ),
    level="error",
    scope="pack",
)
def no_exit(pack: Pack) -> Iterator[Violation]:
    yield from from_problems(pack, "exit-at-import")
