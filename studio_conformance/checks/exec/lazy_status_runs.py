"""The lazy hook does not raise."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._hooks import raising
from studio_conformance.subject import Node


@check(
    "EXEC-027",
    "lazy-status-runs",
    title="The method check_lazy_status does not raise while lazy inputs are still None.",
    why="The host asks it before the lazy inputs are there. An error in it ends the run.",
    fix="Look only at inputs that are not lazy, and let None pass for the others.",
    level="error",
)
def lazy_status_runs(node: Node) -> Iterator[Violation]:
    known = ("SIGNATURE-004", "SIGNATURE-016")
    yield from raising(node, "check_lazy_status", ("constants", "linked"), *known)
