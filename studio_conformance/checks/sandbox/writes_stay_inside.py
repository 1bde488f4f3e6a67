"""No text makes the node write outside the host's folders."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-002",
    "writes-stay-inside",
    title="No text makes the node write outside the host's folders.",
    why=(
        "A written start-up script or settings file is the machine's owner from then on; this "
        "is how packs were broken into."
    ),
    fix=(
        "Take the path from folder_paths.get_save_image_path, or resolve it and compare it "
        "with the output folder by os.path.commonpath."
    ),
    level="error",
)
def writes_stay_inside(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "write", "writes outside the host's folders")
