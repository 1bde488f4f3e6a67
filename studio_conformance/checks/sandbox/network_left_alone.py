"""Running the node contacts no other machine."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import by_itself
from studio_conformance.subject import Node


@check(
    "SANDBOX-017",
    "network-left-alone",
    title="Running the node contacts no other machine.",
    why=(
        "Who uses the node is seen by somebody else, work stops where there is no network, "
        "and what is fetched may change."
    ),
    fix=("Fetch models and data by a node that says so in its name, or when the user asks for it."),
    level="warning",
)
def network_left_alone(node: Node) -> Iterator[Violation]:
    yield from by_itself(
        node, "network", "the node reaches for the network with no text that says so"
    )
