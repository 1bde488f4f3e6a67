"""No output of the earlier release is gone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-003",
    "output-removed",
    title="No output of the earlier release is gone.",
    why=("Whatever was linked to the output has no input any more, and the workflow does not run."),
    fix="Keep the output in its place.",
    level="error",
    bump="major",
)
def output_removed(node: Node) -> Iterator[Violation]:
    yield from found(node, "output-removed")
