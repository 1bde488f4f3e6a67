"""Importing the pack leaves the working directory alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-034",
    "cwd-unchanged",
    title="Importing the pack does not change the working directory.",
    why=(
        "Every relative path of the host and of all other packs now means another file: "
        "models are not found, outputs land in a pack's folder."
    ),
    fix="Build absolute paths from the file's own place: Path(__file__).parent / 'data'.",
    level="error",
    scope="pack",
)
def cwd_unchanged(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "working directory changed at import", "cwd")
