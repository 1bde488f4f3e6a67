"""Unpacking an archive writes nowhere but into the folder it is unpacked to."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-007",
    "archives-stay-inside",
    title="Unpacking an archive writes nowhere but into the folder it is unpacked to.",
    why=(
        "A member named ../../main.py replaces the host's own code as soon as somebody's "
        "archive is opened."
    ),
    fix=(
        "Use extractall (with filter='data' for tar), or resolve each member's path and "
        "compare it by os.path.commonpath."
    ),
    level="error",
)
def archives_stay_inside(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "archive", "unpacks a member outside the folder")
