"""Two calls of define_schema give equal schemas."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-027",
    "schema-pure",
    title="Two calls of define_schema give equal schemas.",
    why=(
        "The host calls it several times for each run and for each load of the page: the server "
        "then judges by another schema than the frontend shows, and refuses or changes what the "
        "user entered."
    ),
    fix="Make the schema from constants: no time, no random number, no counter.",
    level="error",
    kinds=("v3",),
)
def schema_pure(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    where = node.locate_method("define_schema")
    for path in schema["differences"] if schema else []:
        if path != "node_id":
            yield Violation(f"two calls differ at {path}", where, path)
