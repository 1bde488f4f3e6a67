"""A file that a text names is not run when it is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-008",
    "files-not-run",
    title="A file that a text names is not run when it is loaded.",
    why=(
        "A pickle or a YAML tag runs any command of whoever made the file, and files are "
        "uploaded and shared."
    ),
    fix=(
        "Load with weights_only=True, allow_pickle=False, yaml.safe_load, or a format that "
        "holds data alone (safetensors, JSON)."
    ),
    level="error",
)
def files_not_run(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "load", "runs what stands in the file")
