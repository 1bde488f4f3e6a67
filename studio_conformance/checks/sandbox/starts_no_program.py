"""Running the node starts no other program."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import by_itself
from studio_conformance.subject import Node


@check(
    "SANDBOX-018",
    "starts-no-program",
    title="Running the node starts no other program.",
    why=(
        "The program may be missing or another one on the user's machine, and it outlives "
        "what the host stops."
    ),
    fix=(
        "Use a library; where a program is needed, say so in the description and start it by "
        "its fixed name."
    ),
    level="warning",
)
def starts_no_program(node: Node) -> Iterator[Violation]:
    yield from by_itself(node, "process", "the node starts a program")
