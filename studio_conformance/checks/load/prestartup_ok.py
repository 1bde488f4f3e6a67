"""prestartup_script.py runs through."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems
from studio_conformance.subject import Pack


@check(
    "LOAD-006",
    "prestartup-ok",
    title="The prestartup script runs without an error.",
    why=(
        "The host logs the error and goes on, so whatever the script should have prepared is "
        "missing when the pack is imported."
    ),
    fix=(
        "Mend the error at the named line of prestartup_script.py, or drop the script if "
        "nothing needs it."
    ),
    level="error",
    scope="pack",
)
def prestartup_ok(pack: Pack) -> Iterator[Violation]:
    yield from from_problems(pack, "prestartup-failed")
