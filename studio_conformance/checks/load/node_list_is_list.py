"""get_node_list gives a list."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-013",
    "node-list-is-list",
    title="The extension's get_node_list gives a list.",
    why=(
        "The host accepts a list only: a tuple, a set, a dict or a generator makes it skip "
        "the whole pack with a warning."
    ),
    fix="Return a list of node classes: return [MyNode, OtherNode].",
    level="error",
    scope="pack",
)
def node_list_is_list(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "node-list-not-list")
