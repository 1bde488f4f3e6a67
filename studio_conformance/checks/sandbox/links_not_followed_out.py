"""Links in the host's folders do not lead the node out of them."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-006",
    "links-not-followed-out",
    title="Links in the host's folders do not lead the node out of them.",
    why=(
        "Whoever can place a link in the input folder, by an archive or a share, reads or "
        "overwrites what it points to."
    ),
    fix=(
        "Resolve links (os.path.realpath) before the path is compared with the folder; "
        "abspath and normpath do not."
    ),
    level="warning",
)
def links_not_followed_out(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "link", "follows a link out of the host's folders")
