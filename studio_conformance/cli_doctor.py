"""``studio-conformance doctor``: what this machine can enforce on a pack."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_conformance import outcomes

if TYPE_CHECKING:
    from reference_runtime.sandbox.doctor import Diagnosis
    from reference_runtime.sandbox.policy import Enforced

ASPECTS = {
    "files": "files outside: reading, writing, listing",
    "network": "network",
    "signals": "signals to other processes",
    "kernel": "kernel interfaces that lead around the rest",
    "metadata": "metadata of files outside (that they exist)",
    "memory": "memory",
}


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="tell what this machine can enforce on a pack")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, cwd: Path) -> int:
    """Print the diagnosis; NOT_ENFORCED where no pack could be judged in a sandbox."""
    from reference_runtime.isolation.confining import lowered_abi
    from reference_runtime.sandbox.doctor import examine, to_json

    diagnosis = examine(lowered_abi())
    print(to_json(diagnosis) if arguments.json else "\n".join(lines(diagnosis)))
    return outcomes.CLEAN if diagnosis.enforced.holds else outcomes.NOT_ENFORCED


def lines(diagnosis: Diagnosis) -> Iterator[str]:
    """The diagnosis for people."""
    yield f"machine: {diagnosis.machine}, landlock: {diagnosis.landlock}"
    yield ""
    yield from _table(diagnosis.enforced, diagnosis.wrapped)
    yield ""
    yield f"workers: {diagnosis.enforced.line}"
    if diagnosis.wrapped is not None:
        yield f"with bubblewrap: {diagnosis.wrapped.line}"
    else:
        yield f"with bubblewrap: not here ({diagnosis.unwrapped})"
    if not diagnosis.enforced.holds:
        yield "No pack is run here unless --studio-sandbox=observe is asked for."


def _table(plain: Enforced, wrapped: Enforced | None) -> Iterator[str]:
    width = max(map(len, ASPECTS.values()))
    yield f"{'':{width}}  workers   with bubblewrap"
    for name, text in ASPECTS.items():
        beside = getattr(wrapped, name) if wrapped is not None else "-"
        yield f"{text:{width}}  {getattr(plain, name):8}  {beside}"
