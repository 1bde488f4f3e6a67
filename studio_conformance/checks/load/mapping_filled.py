"""A NODE_CLASS_MAPPINGS without entries is there for a reason."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._evidence import from_problems, require_mapping
from studio_conformance.subject import Pack


@check(
    "LOAD-018",
    "mapping-filled",
    title="NODE_CLASS_MAPPINGS has entries, unless the pack only extends the web interface.",
    why="The host loads the pack without a complaint and the user finds no node of it.",
    fix=(
        "Fill NODE_CLASS_MAPPINGS. If the classes are collected at import, find out why none was "
        "found: the folder that is scanned, swallowed exceptions, a condition that is never true."
    ),
    level="error",
    scope="pack",
)
def mapping_filled(pack: Pack) -> Iterator[Violation]:
    require_mapping(pack)
    facts = pack.description["load"]
    if facts["web_directory"] or facts["routes"]:
        raise NotApplicable("the pack serves a web extension or routes, which needs no nodes")
    if facts["entry_names"]:
        raise NotApplicable("the pack has an entry point as well (see one-route)")
    yield from from_problems(pack, "mapping-empty")
