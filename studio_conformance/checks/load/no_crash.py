"""Loading the pack does not end the process."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems
from studio_conformance.subject import Pack


@check(
    "LOAD-004",
    "no-crash",
    title="Loading the pack does not kill the process.",
    why=(
        "A segmentation fault, an abort or os._exit while a pack is imported takes the whole "
        "host down without a message."
    ),
    fix=(
        "Find the native extension or the os._exit / os.abort call that runs at import (the "
        "output shown with the finding ends there) and mend, guard or remove it."
    ),
    level="error",
    scope="pack",
)
def no_crash(pack: Pack) -> Iterator[Violation]:
    yield from from_problems(pack, "load-crashed")
