"""The entry point has the name that the target host looks for."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "COMPAT-004",
    "entry-brand",
    title="The entry point has the name that the target host calls.",
    why=(
        "Hanzo Studio calls studio_entrypoint and nothing else, ComfyUI calls comfy_entrypoint "
        "and nothing else: the pack loads without a node."
    ),
    fix="Offer both names for the same function: studio_entrypoint = comfy_entrypoint.",
    level="error",
    scope="pack",
)
def entry_brand(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "entry-other-brand")
