"""Asking a node for its description does not end the process."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_problems, require_import
from studio_conformance.subject import Pack


@check(
    "LOAD-043",
    "describe-no-crash",
    title="Asking a node for its inputs does not kill the process.",
    why=(
        "The host asks every node for its description when the browser opens: one node that "
        "crashes there takes the host down for everybody."
    ),
    fix=(
        "Mend what runs in define_schema / INPUT_TYPES of the named node: native code, "
        "os._exit, unbounded recursion or memory."
    ),
    level="error",
    scope="pack",
)
def describe_no_crash(pack: Pack) -> Iterator[Violation]:
    require_import(pack)
    yield from from_problems(pack, "node-crashed")
