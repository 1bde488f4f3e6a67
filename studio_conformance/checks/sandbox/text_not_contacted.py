"""An address in a text is not contacted."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-013",
    "text-not-contacted",
    title="An address in a text is not contacted.",
    why=(
        "The host then asks machines that only it can reach, and gives away what they answer "
        "or who asked."
    ),
    fix=(
        "Let the frontend upload what is wanted, or allow known hosts alone and refuse "
        "addresses of the own network."
    ),
    level="warning",
)
def text_not_contacted(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "network", "makes the node contact")
