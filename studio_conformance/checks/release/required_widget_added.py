"""No required widget is new, or was optional."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-015",
    "required-widget-added",
    title="No required widget is new, or was optional.",
    why=(
        "The frontend fills in the default, but scripts that queue prompts in API format are "
        "refused: a required input is missing."
    ),
    fix="Make the new input optional and give the method the same default.",
    level="warning",
    bump="minor",
)
def required_widget_added(node: Node) -> Iterator[Violation]:
    yield from found(node, "required-widget-added")
