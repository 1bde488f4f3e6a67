"""NODE_CLASS_MAPPINGS maps strings to classes."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_mapping
from studio_conformance.subject import Pack


@check(
    "LOAD-017",
    "mapping-entries",
    title="Every key of NODE_CLASS_MAPPINGS is a string and every value a class.",
    why=(
        "The host registers the entries one by one: the first one that is no class raises, and "
        "every node after it is missing. A key that is no string can't be written in a workflow."
    ),
    fix=(
        "Map the node's id, a string, to the class itself: not to an instance, a function, a "
        "module or a name in quotes."
    ),
    level="error",
    scope="pack",
)
def mapping_entries(pack: Pack) -> Iterator[Violation]:
    require_mapping(pack)
    yield from from_problems(pack, "mapping-key", "mapping-value")
