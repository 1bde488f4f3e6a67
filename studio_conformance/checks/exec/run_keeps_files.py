"""A node writes only where the host expects files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from reference_runtime.exercise.facts import CaseRecord, StateChange
from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers, texts_in
from studio_conformance.subject import Node

HOSTS_OWN = ("output", "temp")
"""Places where the host expects a node's files."""
CACHES = ("home", ".cache", "__pycache__", ".config", ".local")
"""Folders in which libraries keep what they computed."""


@check(
    "EXEC-037",
    "run-keeps-files",
    title=(
        "The node writes files only to the host's output and temp folders, or where the user says."
    ),
    why=(
        "Users don't find what lies elsewhere, nobody cleans it up, and where the host is "
        "installed read-only the node fails."
    ),
    fix="Ask folder_paths for get_output_directory() or get_temp_directory(), and write below it.",
    level="warning",
)
def run_keeps_files(node: Node) -> Iterator[Violation]:
    yield from leftovers(node, "wrote a file", "file", wanted=_astray)


def _astray(record: CaseRecord, change: StateChange) -> bool:
    parts = PurePath(change["detail"]).parts
    asked_for = any(
        text and text in change["detail"] for text in texts_in(record["case"]["inputs"])
    )
    return not (change["place"] in HOSTS_OWN or asked_for or set(parts) & set(CACHES))
