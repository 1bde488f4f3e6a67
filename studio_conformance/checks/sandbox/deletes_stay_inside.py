"""No text makes the node delete outside the host's folders."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-003",
    "deletes-stay-inside",
    title="No text makes the node delete outside the host's folders.",
    why=(
        "One prompt removes whatever the host may remove, the models and the system's own "
        "files among them."
    ),
    fix=(
        "Delete only what the node made itself; resolve the path and compare it by "
        "os.path.commonpath before."
    ),
    level="error",
)
def deletes_stay_inside(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "delete", "deletes outside the host's folders")
