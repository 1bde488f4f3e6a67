"""Importing the pack leaves sys.path alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-035",
    "sys-path-unchanged",
    title="Importing the pack does not change sys.path.",
    why=(
        "All packs share sys.path. A pack's folder on it makes its utils.py, nodes.py or "
        "server.py the module that another pack or the host gets, or the other way round, "
        "depending on the order of loading."
    ),
    fix=(
        "Use relative imports. Put third-party code that can't be installed into a sub- "
        "package of the pack and import it relatively."
    ),
    level="warning",
    scope="pack",
)
def sys_path_unchanged(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "sys.path changed at import", "sys.path")
