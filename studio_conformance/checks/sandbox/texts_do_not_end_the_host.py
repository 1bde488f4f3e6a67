"""No text ends the host or keeps it busy for ever."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-016",
    "texts-do-not-end-the-host",
    title="No text ends the host or keeps it busy for ever.",
    why=("One prompt stops the work of everyone who uses the host."),
    fix=(
        "Bound what a text can ask for, and give subprocesses, requests and patterns a time limit."
    ),
    level="error",
)
def texts_do_not_end_the_host(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "died", "ended the worker")
