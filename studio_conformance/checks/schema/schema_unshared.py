"""define_schema makes what the host changes anew at each call."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-031",
    "schema-unshared",
    title="Two calls of define_schema share no Output and no list of hidden inputs.",
    why=(
        "The host gives outputs their ids and appends to the list of hidden inputs. What is shared "
        "keeps that: another node with the same list asks for the prompt too, and an output that "
        "is used twice has one id twice, so that the node does not load."
    ),
    fix="Make every Output and the list of hidden inputs inside define_schema.",
    level="warning",
    kinds=("v3",),
)
def schema_unshared(node: Node) -> Iterator[Violation]:
    schema = node.facts["schema"]
    for name in schema["shared_objects"] if schema else []:
        # The host changes neither inputs nor the lists of inputs and outputs.
        if name == "hidden" or name.startswith("outputs."):
            where = node.locate_method("define_schema")
            yield Violation(f"shared between schemas: {name}", where, name)
