"""Importing the pack installs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import seen, side_effects
from studio_conformance.subject import Pack

INSTALLERS = re.compile(r"\b(pip3?|uv|conda|mamba|poetry|npm|apt(-get)?|brew)\b.*\b(install|add)\b")


def is_install(command: str) -> bool:
    """Whether the command line runs a package manager that installs something."""
    return INSTALLERS.search(re.sub(r"[\[\]'\",]", " ", command)) is not None


@check(
    "LOAD-028",
    "no-install",
    title="Importing the pack installs no packages.",
    why=(
        "An installer that runs at the host's start changes numpy, torch or transformers for "
        "every other pack behind the user's back, and does so again at each start."
    ),
    fix=(
        "Declare the dependencies in requirements.txt and pyproject.toml and let the user's "
        "package manager install them once; raise ImportError with a message when one is missing."
    ),
    level="error",
    scope="pack",
)
def no_install(pack: Pack) -> Iterator[Violation]:
    for effect in side_effects(pack, "process"):
        if is_install(effect["detail"]):
            message = f"package installer started at import: {seen(pack, [effect])}"
            yield Violation(message, pack.at(effect["file"], effect["line"]), "process")
