"""No input became required that workflows may leave unlinked."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-008",
    "required-input-added",
    title="No input became required that workflows may leave unlinked.",
    why=("The host refuses every saved workflow: it has no link to an input that did not exist."),
    fix="Make the new input optional and give the method a default for it.",
    level="error",
    bump="major",
)
def required_input_added(node: Node) -> Iterator[Violation]:
    yield from found(node, "required-input-added")
