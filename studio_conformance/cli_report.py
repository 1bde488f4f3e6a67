"""``studio-conformance report``: reports made again from the log of a run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio_conformance import outcomes
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.events import FILE_NAME, Event, InvalidLog, Log
from studio_conformance.files import write_chunks
from studio_conformance.reports.facts import Facts, OnlyPack, gather
from studio_conformance.reports.formats import FORMATS, Format


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("report", help="make a report from the log of a run")
    parser.add_argument("log", metavar="LOG", type=Path, help=f"{FILE_NAME}, or its folder")
    parser.add_argument("--format", choices=[*FORMATS], default="markdown", metavar="FORMAT")
    parser.epilog = f"formats: {', '.join(FORMATS)}"
    parser.add_argument("--pack", metavar="LABEL", help="of this pack only")
    parser.add_argument("--output", metavar="FILE", type=Path, help="instead of standard output")
    parser.set_defaults(run=report)


def report(arguments: argparse.Namespace, cwd: Path) -> int:
    """Make one report. Raises CommandFailed for a log that is refused or can't be read."""
    log = open_log(cwd / arguments.log)
    form = FORMATS[arguments.format]
    with refusing_other_shapes(log):
        events, facts = _selected(log, arguments.pack, form)
        put(form.render(events, facts), arguments.output and cwd / arguments.output)
    return outcomes.CLEAN


@contextmanager
def refusing_other_shapes(log: Log) -> Iterator[None]:
    """Raises CommandFailed for a sealed log whose events are not what this program writes."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
        raise CommandFailed(f"{log.file}: events are not of the shape of a log: {told}") from None


def open_log(path: Path) -> Log:
    """The log at ``path`` (a file, or a folder with one), verified. Raises CommandFailed."""
    file = path / FILE_NAME if path.is_dir() else path
    try:
        return Log(file)
    except InvalidLog as error:
        raise CommandFailed(str(error)) from None
    except OSError as error:
        raise CommandFailed(f"can't read {file}: {error.strerror}") from None


def _selected(log: Log, label: str | None, form: Format) -> tuple[Iterable[Event], Facts]:
    facts = gather(log)
    known = ", ".join(facts.packs)
    if label is None and not (form.single and len(facts.packs) != 1):
        return log, facts
    if label is None:
        raise CommandFailed(f"{form.name} tells of one pack: choose with --pack, of {known}")
    if label not in facts.packs:
        raise CommandFailed(f"{log.file} has no pack {label!r}; it has {known}")
    mine = OnlyPack(log, facts, label)
    return mine, gather(mine)


def put(chunks: Iterable[str], file: Path | None) -> None:
    """Write to ``file``, or to standard output as UTF-8. Raises CommandFailed."""
    if file is None:
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
        sys.stdout.writelines(chunks)
        return
    try:
        write_chunks(file, chunks)
    except OSError as error:
        raise CommandFailed(f"can't write {file}: {error.strerror}") from None
