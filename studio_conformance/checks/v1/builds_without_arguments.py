"""The host can make an instance of the class."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "V1-007",
    "builds-without-arguments",
    title="The class can be called without arguments.",
    why="The host makes one instance for each node of a workflow, as Class(): the run fails there.",
    fix="Give every parameter of __init__ a default, or take it as an input of the node.",
    level="error",
    kinds=("v1",),
)
def builds_without_arguments(node: Node) -> Iterator[Violation]:
    if not node.facts["builds_without_arguments"]:
        yield Violation("__init__ asks for arguments, but the host gives none", node.location)
