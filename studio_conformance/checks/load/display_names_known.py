"""Keys of NODE_DISPLAY_NAME_MAPPINGS are nodes of the pack."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import problem_location, require_mapping
from studio_conformance.subject import Pack


@check(
    "LOAD-019",
    "display-names-known",
    title="Every key of NODE_DISPLAY_NAME_MAPPINGS is a node id of the pack.",
    why=(
        "The name belongs to no node: the node it was meant for is shown under its raw id, or "
        "another pack's node of that id gets this pack's name."
    ),
    fix="Use the same key as in NODE_CLASS_MAPPINGS, or delete the entry.",
    level="warning",
    scope="pack",
)
def display_names_known(pack: Pack) -> Iterator[Violation]:
    require_mapping(pack)
    keys = [node.key for node in pack.nodes]
    for problem in pack.problems("display-key"):
        name = problem["node"] or ""
        near = get_close_matches(name, keys, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield Violation(problem["message"] + hint, problem_location(pack, problem), name)
