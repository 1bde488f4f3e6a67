"""Inputs and outputs that were lists are lists, and no others."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-013",
    "list-flags-changed",
    title="Inputs and outputs that were lists are lists, and no others.",
    why=(
        "The host maps nodes over lists: with another flag the node, or what follows, runs "
        "another number of times."
    ),
    fix="Keep the flags, and give the other form as a new node or a further output.",
    level="error",
    bump="major",
)
def list_flags_changed(node: Node) -> Iterator[Violation]:
    yield from found(node, "list-flags-changed")
