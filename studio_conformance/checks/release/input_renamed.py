"""Every input keeps its name."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Node


@check(
    "RELEASE-007",
    "input-renamed",
    title="Every input keeps its name.",
    why=(
        "Links and prompts in API format go by the name: the value is dropped, and a required "
        "input is then missing."
    ),
    fix="Keep the name and change what is shown (display name, tooltip) only.",
    level="error",
    bump="major",
)
def input_renamed(node: Node) -> Iterator[Violation]:
    yield from found(node, "input-renamed")
