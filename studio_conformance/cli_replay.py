"""``studio-conformance replay``: run nodes on exactly the inputs that findings were seen on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from reference_runtime.levels import UnknownLevel
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.config import BadSettings, BrokenToml
from studio_conformance.kept import NoSuchFinding, Replay, replays_in
from studio_conformance.log import build_events
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.pack_run import PackRun
from studio_conformance.packs import UnusablePack
from studio_conformance.reports.terminal import render
from studio_conformance.session import Session, open_pack


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("replay", help="run findings again, each on its own input")
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a report, an event log, or one finding as JSON"
    )
    parser.add_argument("--id", action="append", default=[], help="this finding only (repeatable)")
    parser.add_argument("--pack", metavar="PACK", help="where the pack lies now")
    parser.set_defaults(run=replay)


def replay(arguments: argparse.Namespace, cwd: Path) -> int:
    """Judge the findings again and print what comes of it; the status is that of a run."""
    wanted = _wanted(arguments, cwd)
    session = Session([_open(arguments, about, found, cwd) for about, found in wanted], [])
    try:
        session.load()
        session.run_all()
    finally:
        session.close()
    events = build_events(session, argv=["replay", str(arguments.file), *arguments.id])
    print("\n".join(line.text for line in render(events, verbose=True)))
    status: int = events[-1]["exit_status"]
    return status


def _wanted(arguments: argparse.Namespace, cwd: Path) -> list[tuple[dict[str, Any], list[Replay]]]:
    """The findings asked for, by pack."""
    file = cwd / arguments.file
    try:
        entries = [*replays_in(file)]
    except OSError as error:
        raise CommandFailed(f"can't read {file}: {error.strerror}") from None
    except (NoSuchFinding, KeyError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file} holds nothing to replay: {error}") from None
    unknown = set(arguments.id) - {replay.id for _, replay in entries}
    if unknown or not entries:
        missing = ", ".join(sorted(unknown)) or "with an input"
        raise CommandFailed(f"{file} has no finding {missing}")
    packs: dict[str, tuple[dict[str, Any], list[Replay]]] = {}
    for about, each in entries:
        if not arguments.id or each.id in arguments.id:
            packs.setdefault(about.get("path", ""), (about, []))[1].append(each)
    return list(packs.values())


def _isolation(about: dict[str, Any]) -> str | None:
    """As it was; but nothing runs unconfined because a file says so."""
    kind: str | None = about.get("isolation", {}).get("kind")
    return None if kind == "none" else kind


def _open(
    arguments: argparse.Namespace, about: dict[str, Any], found: list[Replay], cwd: Path
) -> PackRun:
    place = arguments.pack or about.get("path")
    if place is None:
        raise CommandFailed("the file does not say where the pack lies: give --pack")
    try:
        given = overrides(
            api=about.get("api_level"),
            mode=about.get("mode"),
            isolation=_isolation(about),
            fakes=about.get("fakes", False),
        )
        run = open_pack(place, given, cwd)
    except (WrongUsage, UnusablePack, BadSettings, BrokenToml, UnknownLevel) as error:
        raise CommandFailed(str(error).replace("--studio-", "--")) from None
    run.only = tuple(found)
    return run
