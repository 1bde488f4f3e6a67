"""No node of the earlier release is gone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import found
from studio_conformance.subject import Pack


@check(
    "RELEASE-001",
    "node-removed",
    title="No node of the earlier release is gone.",
    why=("A workflow that has the node shows a red box and does not run; its users can't mend it."),
    fix=("Keep the node under its id, marked deprecated, or register a replacement rule for it."),
    level="error",
    scope="pack",
    bump="major",
)
def node_removed(pack: Pack) -> Iterator[Violation]:
    yield from found(pack, "node-removed")
