"""Importing the pack starts no other program."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import seen, side_effects
from studio_conformance.checks.load.no_install import is_install
from studio_conformance.subject import Pack


@check(
    "LOAD-030",
    "no-process",
    title="Importing the pack starts no other program.",
    why=(
        "It slows every start of the host, fails where the program is missing or processes are "
        "not allowed, and may still run when the host has ended."
    ),
    fix="Start the program when a node needs it, with a timeout, and cope with its absence.",
    level="warning",
    scope="pack",
)
def no_process(pack: Pack) -> Iterator[Violation]:
    for effect in side_effects(pack, "process"):
        if not is_install(effect["detail"]):
            message = f"process started at import: {seen(pack, [effect])}"
            yield Violation(message, pack.at(effect["file"], effect["line"]), "process")
