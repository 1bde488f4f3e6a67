"""The pack has something the host can load."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-007",
    "entry-present",
    title="The pack offers a NODE_CLASS_MAPPINGS or an entry point.",
    why=(
        "The host imports the module, finds neither, logs one line and shows no node of the pack."
    ),
    fix=(
        "Define NODE_CLASS_MAPPINGS, or an entry function (studio_entrypoint, "
        "comfy_entrypoint) that returns an extension, in the file the host imports: "
        "__init__.py of the folder."
    ),
    level="error",
    scope="pack",
)
def entry_present(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "entry-missing")
