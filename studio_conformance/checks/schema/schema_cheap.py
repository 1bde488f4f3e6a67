"""Calling define_schema takes less than a fifth of a second."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node

_LIMIT = 0.2
"""Seconds for the second call: imports are over, and an honest schema takes under a millisecond."""


@check(
    "SCHEMA-028",
    "schema-cheap",
    title="Calling define_schema takes less than a fifth of a second.",
    why=(
        "The host calls it about four times for every run of the node and once for each "
        "load of the page: each directory scan or request in it is paid again every "
        "time."
    ),
    fix="Do the slow work once, outside, and keep its result.",
    level="warning",
    kinds=("v3",),
)
def schema_cheap(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    if schema is not None and schema["seconds"] > _LIMIT:
        message = f"define_schema takes more than {_LIMIT} s when nothing is left to import"
        yield Violation(message, node.locate_method("define_schema"), "seconds")
