"""Two calls of define_schema give equal schemas that share no object."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-027",
    "schema-pure",
    title="Two calls of define_schema give equal schemas that share no object.",
    why=(
        "The host calls it several times for each run and changes the lists and outputs "
        "it gets. What is shared grows with each call; what differs makes the server "
        "refuse what the frontend shows."
    ),
    fix="Make every Input, Output and list inside define_schema, from constants.",
    level="error",
    kinds=("v3",),
)
def schema_pure(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    where = node.locate_method("define_schema")
    for path in schema["differences"] if schema else []:
        if path != "node_id":
            yield Violation(f"two calls differ at {path}", where, path)
    for name in schema["shared_objects"] if schema else []:
        yield Violation(f"shared between schemas: {name}", where, name)
