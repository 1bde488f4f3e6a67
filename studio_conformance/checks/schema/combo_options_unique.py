"""No option of a combo stands there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._widgets import depends_on_files
from studio_conformance.subject import Node


@check(
    "SCHEMA-010",
    "combo-options-unique",
    title="No option of a combo stands there twice.",
    why=(
        "Users see two entries that mean the same, and which of them a saved workflow "
        "chose is not known."
    ),
    fix="Leave the repetition out, or name the two options differently.",
    level="warning",
)
def combo_options_unique(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        counts = Counter(str(option) for option in item["options"] or [])
        repeated = [option for option, count in counts.items() if count > 1]
        if repeated and not depends_on_files(node):
            message = f"input {item['id']!r} offers {repeated[0]!r} more than once"
            yield Violation(message, node.locate(item["id"]), item["id"])
