"""Importing the pack replaces nothing in the host's modules."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-038",
    "host-unpatched",
    title="Importing the pack does not replace functions or classes of the host.",
    why=(
        "The replacement changes the behaviour of every node of every pack, two packs that "
        "replace the same name break each other, and the next host version breaks both."
    ),
    fix=(
        "Wrap the call in the pack's own nodes, or use the hook the host offers "
        "(add_on_prompt_handler, routes, model patcher wrappers)."
    ),
    level="warning",
    scope="pack",
)
def host_unpatched(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "host module patched at import", "host-patched")
