"""No variable of the environment comes out of the node."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-014",
    "secrets-stay",
    title="No variable of the environment comes out of the node.",
    why=(
        "Keys and tokens stand in the environment: they then stand in a saved workflow that "
        "is shared."
    ),
    fix=("Do not expand variables in texts from outside, and give no environment to templates."),
    level="error",
)
def secrets_stay(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "secret", "brings out a variable of the environment")
