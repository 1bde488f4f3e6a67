"""No text makes the node read outside the host's folders."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-001",
    "reads-stay-inside",
    title="No text makes the node read outside the host's folders.",
    why=(
        "Anyone who can post a prompt reads what the host may read: keys, other users' "
        "pictures, the prompts of others."
    ),
    fix=(
        "Resolve the path (os.path.realpath) and compare it with the folder by "
        "os.path.commonpath, or open by folder_paths.get_full_path."
    ),
    level="error",
)
def reads_stay_inside(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "read", "reads outside the host's folders")
