"""``studio-conformance diff``: what changed between two releases of a pack, and what it needs."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from reference_runtime.levels import UnknownLevel
from studio_conformance import outcomes
from studio_conformance.checks import checks_of
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.config import BadSettings, BrokenToml
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.pack_run import PackRun
from studio_conformance.packs import UnusablePack
from studio_conformance.release.baseline import FILES, BadBaseline, Earlier, find_earlier
from studio_conformance.release.changes import ADDITIONS
from studio_conformance.release.comparing import NotDescribed, interface_in, release_by
from studio_conformance.release.from_report import read_interface
from studio_conformance.release.gate import Release, compared, event_of, facts_of, in_order
from studio_conformance.release.interface import Interface
from studio_conformance.release.places import placed_by_face
from studio_conformance.reports.lines import shown
from studio_conformance.reports.released import release_lines
from studio_conformance.session import open_pack


def add_commands(commands: Any) -> None:
    parser = commands.add_parser(
        "diff", help="say what changed between two releases, and which version bump it needs"
    )
    forms = "a pack, a report.json, an interface as JSON"
    parser.add_argument("old", metavar="OLD", help=f"{forms}, git:REF or pypi:NAME[==VERSION]")
    parser.add_argument("new", metavar="NEW", help=forms)
    parser.add_argument("--api", metavar="LEVEL", help="API level (default: as the pack says)")
    parser.add_argument("--timeout", metavar="SECONDS", help="time for one request (default: 60)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=diff)


def diff(arguments: argparse.Namespace, cwd: Path) -> int:
    """Print the comparison; FINDINGS when the versions don't announce a change that breaks."""
    with ExitStack() as ending:
        try:
            release = _release(arguments, cwd, ending)
        except BadBaseline as error:
            raise CommandFailed(str(error)) from None
        except NotDescribed as error:
            raise CommandFailed(f"{arguments.old}: {error}", outcomes.ENVIRONMENT_BROKE) from None
    data = event_of(release, {check.slug: check.code for check in checks_of("RELEASE")})
    if arguments.format == "json":
        print(json.dumps(data, indent=2))
    else:
        print("\n".join(map(shown, _text(release, data))))
    breaking = any(change.bump == "major" for change in release.uncovered())
    return outcomes.FINDINGS if breaking else outcomes.CLEAN


def _release(arguments: argparse.Namespace, cwd: Path, ending: ExitStack) -> Release:
    new = _place(arguments.new, cwd)
    if os.path.isfile(new) and new.suffix in FILES:
        return _between_files(arguments, cwd, read_interface(new, None))
    run = _open(arguments, arguments.new, cwd, ending)
    target = replace(run.target, version=None)  # any two may be compared, whichever is higher
    below = run.target if _searches(arguments.old) else target
    earlier = find_earlier(arguments.old, below, cwd)
    ending.callback(earlier.close)
    assert run.subject is not None
    facts = facts_of(earlier, interface_in(earlier, run.spec()))
    return release_by(facts, run.subject, run.target, ordered=False)


def _place(text: str, cwd: Path) -> Path:
    """An argument as a path; what can't be followed is for those to tell of who open it."""
    return Path(os.path.realpath(cwd / text))


def _searches(old: str) -> bool:
    """Whether the highest version below the pack's own is looked for."""
    return old in ("git:", "git:latest") or (old.startswith("pypi:") and "==" not in old)


def _between_files(arguments: argparse.Namespace, cwd: Path, new: Interface) -> Release:
    """NEW is a file: its pack is not at hand, so OLD is a file or a pack of its own."""
    old = _place(arguments.old, cwd)
    if os.path.isfile(old) and old.suffix in FILES:
        interface = read_interface(old, new["name"])
        earlier = Earlier(arguments.old, interface["name"], interface["version"], interface)
    elif os.path.exists(old):
        with ExitStack() as ending:
            run = _open(arguments, arguments.old, cwd, ending)
            earlier = Earlier(arguments.old, run.target.name, run.target.version, run.interface())
    else:
        raise CommandFailed(f"{arguments.old}: no such file (NEW is a file: OLD must be one, too)")
    release = compared(facts_of(earlier, earlier.interface), new, ordered=False)
    return replace(release, changes=tuple(placed_by_face(list(release.changes), new, None)))


def _open(arguments: argparse.Namespace, pack: str, cwd: Path, ending: ExitStack) -> PackRun:
    """The pack, loaded."""
    try:
        given = overrides(api=arguments.api, timeout=arguments.timeout)
        run = open_pack(pack, given, cwd)
    except (WrongUsage, UnusablePack, BadSettings, BrokenToml, UnknownLevel) as error:
        raise CommandFailed(str(error).replace("--studio-", "--")) from None
    ending.callback(run.close)
    run.load()
    if run.subject is None or not run.subject.nodes:
        problems = run.subject.description["problems"] if run.subject else []
        reason = problems[0]["message"] if problems else run.broken or "it has no node"
        first = reason.partition("\n")[0]
        raise CommandFailed(f"{run.target.path}: {first}", outcomes.ENVIRONMENT_BROKE)
    return run


def _not_compared(release: Release) -> Iterator[str]:
    """Nodes of which one of the two releases gives no schema."""
    old = release.facts["interface"]
    known = {node["id"]: node for node in old["nodes"]} if old else {}
    for node in release.new["nodes"]:
        before = known.get(node["id"])
        if before is not None and not (before["described"] and node["described"]):
            which = "the new" if before["described"] else "the old"
            yield f"not compared: {node['id']}: {which} release gives no schema"


def _text(release: Release, data: dict[str, Any]) -> Iterator[str]:
    if release.outcome != "compared":
        yield f"baseline: no earlier release: {release.facts['missing']}"
        return
    yield from (line.text for line in list(release_lines([data], data["changes"], []))[:2])
    yield from _not_compared(release)
    needed = release.needed_version
    if needed is not None and release.uncovered() + release.uncovered(additions=True):
        yield f"the next version is {needed} or higher"
    for change in in_order(release.changes):
        mark = "+" if change.kind in ADDITIONS else "!"
        place = f"{change.node}: " if change.node else ""
        covered = "" if not release.is_covered(change) else " (announced)"
        yield f"{mark} {change.bump} {change.kind}{covered}  {change.file}:{change.line}"
        yield f"    {place}{change.what}"
