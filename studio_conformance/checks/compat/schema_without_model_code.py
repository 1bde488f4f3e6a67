"""Schemas are made without the host's model code."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import lacks_base, needs_real_host, require_import
from studio_conformance.subject import Pack


@check(
    "COMPAT-009",
    "schema-without-model-code",
    title="No node needs the host's model code to make its schema.",
    why=(
        "The schema is made when the browser opens and several times for each run: what is taken "
        "from modules of models (loaders, adapters, patchers) makes it slow, and breaks it when "
        "the next host version moves that code. The reference host has stand-ins for it, so the "
        "node's schema was not judged."
    ),
    fix="Name the options in the schema, or ask folder_paths for them; run models in execute.",
    level="warning",
    scope="pack",
)
def schema_without_model_code(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    for node in pack.nodes:
        failure = node.facts["failure"]
        if failure is not None and needs_real_host(failure) and not lacks_base(failure):
            where = pack.at(failure["file"], failure["line"]) if failure["file"] else node.location
            yield Violation(f"the schema of {node.key}: {failure['message']}", where, node.key)
