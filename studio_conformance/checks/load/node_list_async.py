"""get_node_list is a coroutine function."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_entry
from studio_conformance.subject import Pack


@check(
    "LOAD-011",
    "node-list-async",
    title="The extension's get_node_list is async.",
    why=(
        "The host awaits what get_node_list returns; a plain list can't be awaited, so the "
        "whole pack is dropped."
    ),
    fix="Write it as async def get_node_list(self).",
    level="error",
    scope="pack",
)
def node_list_async(pack: Pack) -> Iterator[Violation]:
    require_entry(pack)
    yield from from_problems(pack, "node-list-not-async")
