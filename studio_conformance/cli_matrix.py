"""``studio-conformance matrix``: which packs are fit in which environments."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from studio_conformance import outcomes
from studio_conformance.cli_report import open_log, put, refusing_other_shapes
from studio_conformance.events import FILE_NAME
from studio_conformance.reports.facts import Facts, gather
from studio_conformance.reports.matrix import build, render_html, render_json

RENDER = {"html": render_html, "json": render_json}


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("matrix", help="compare the logs of several runs in one table")
    parser.add_argument(
        "logs", metavar="LOG", type=Path, nargs="+", help=f"{FILE_NAME} of a run, or its folder"
    )
    parser.add_argument("--format", choices=[*RENDER], default="html")
    parser.add_argument("--output", metavar="FILE", type=Path, help="instead of standard output")
    parser.set_defaults(run=matrix)


def matrix(arguments: argparse.Namespace, cwd: Path) -> int:
    """Make the table. Raises CommandFailed for a log that is refused or can't be read."""
    table = build(_gathered(cwd, arguments.logs))
    put(RENDER[arguments.format](table), arguments.output and cwd / arguments.output)
    return outcomes.CLEAN


def _gathered(cwd: Path, paths: Sequence[Path]) -> Iterator[tuple[str, Facts]]:
    for path in paths:
        log = open_log(cwd / path)
        with refusing_other_shapes(log):
            facts = gather(log)
        yield str(path), facts
