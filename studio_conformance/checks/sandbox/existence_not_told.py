"""The node does not tell whether a file outside the host's folders exists."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-005",
    "existence-not-told",
    title="The node does not tell whether a file outside the host's folders exists.",
    why=("By trying names, whoever posts prompts learns which programs and users the machine has."),
    fix=(
        "Refuse a path that leads out of the folder before looking whether there is "
        "something, in the same words each time."
    ),
    level="warning",
)
def existence_not_told(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "exists", "tells whether an outside file exists")
