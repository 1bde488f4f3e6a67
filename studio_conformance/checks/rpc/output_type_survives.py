"""A value that is sent to another process and back comes back as what it was."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-002",
    "output-type-survives",
    title="A value that is sent to another process and back comes back as what it was.",
    why=(
        "Where packs are isolated, the next node gets something of another type, and fails at "
        "the first attribute or isinstance that it relies on."
    ),
    fix=(
        "Give plain dicts, lists and tuples, or instances of dataclasses and named tuples "
        "that stand at the top of a module."
    ),
    level="warning",
)
def output_type_survives(node: Node) -> Iterator[Violation]:
    yield from each_once(node, lost(node, "wire", "type"))
