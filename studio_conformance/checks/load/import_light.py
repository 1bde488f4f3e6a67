"""Importing the pack does not fill the memory."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import require_import
from studio_conformance.subject import Pack

GIB = 1 << 30
MOST_BYTES = GIB
"""Several times what torch with its usual companions (numpy, scipy, OpenCV, transformers) takes."""


@check(
    "LOAD-029",
    "import-light",
    title="Importing the pack leaves the process below 1 GiB of memory.",
    why=(
        "The memory is taken from every user at each start, whether or not the pack's nodes are "
        "used, and is missing for the models of the workflow that runs."
    ),
    fix="Load models, tables and images when a node first needs them, and let go of them after.",
    level="warning",
    scope="pack",
)
def import_light(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    peak = pack.description["load"]["peak_bytes"]
    if peak > MOST_BYTES:
        yield Violation(f"loading the pack took more than {MOST_BYTES // GIB} GiB", pack.at())
