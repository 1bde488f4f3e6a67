"""No text makes the node list a folder outside the host's folders."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-004",
    "lists-stay-inside",
    title="No text makes the node list a folder outside the host's folders.",
    why=(
        "Names of files tell who uses the machine and what is worth stealing; the next prompt "
        "then reads it."
    ),
    fix=("Resolve the folder and compare it by os.path.commonpath before it is listed or walked."),
    level="error",
)
def lists_stay_inside(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "list", "lists a folder outside the host's folders")
