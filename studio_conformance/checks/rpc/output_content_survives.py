"""A value that is sent to another process and back holds all that it held."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._crossings import lost
from studio_conformance.checks._runs import each_once
from studio_conformance.subject import Node


@check(
    "RPC-003",
    "output-content-survives",
    title="A value that is sent to another process and back holds all that it held.",
    why=(
        "What hangs on a tensor or list as an attribute is lost on the way to an isolated "
        "pack, without any error."
    ),
    fix=("Give what belongs to the value as an output of its own, or as a key of a dict."),
    level="warning",
)
def output_content_survives(node: Node) -> Iterator[Violation]:
    yield from each_once(node, lost(node, "wire", "content", "shared"))
