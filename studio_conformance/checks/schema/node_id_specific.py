"""A node's id is not a single everyday word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reference_runtime.loading.place import Place
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node

_ONE_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@check(
    "SCHEMA-026",
    "node-id-specific",
    title="A node's id is not a single everyday word.",
    why=(
        "Ids are shared by all packs, and the last one registered wins without a word: "
        "a user with two packs that both have an 'Add' gets the wrong one in every "
        "saved workflow."
    ),
    fix=(
        "Put the pack's name into the id of new nodes; ids in use can't be changed "
        "without losing workflows."
    ),
    level="warning",
)
def node_id_specific(node: Node) -> Iterator[Violation]:
    if Place(node.pack.path, node.pack.path).is_core():
        raise NotApplicable("the pack is a part of the host itself")
    if _ONE_WORD.fullmatch(node.key):
        message = f"the id {node.key!r} is one word, which another pack may use as well"
        yield Violation(message, node.location, "node_id")
