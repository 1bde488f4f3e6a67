"""``--studio-certify``: what it does not go with, what it sets aside, where it writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio_conformance.certificate.build import ALLOWED_ISOLATION
from studio_conformance.certificate.contents import Contents, Uncoverable, read_contents, shown
from studio_conformance.config import Settings
from studio_conformance.events import FILE_NAME
from studio_conformance.options import WrongUsage
from studio_conformance.pack_run import PackRun
from studio_conformance.session import Session

DEFAULT_FILE = "studio-certificate.json"
CONFLICTS = (
    ("studio_select", "--studio-select", "it judges by all checks"),
    ("studio_ignore", "--studio-ignore", "it judges by all checks"),
    ("studio_replay", "--studio-replay", "it judges the whole pack"),
    ("studio_known_update", "--studio-known-update", "it knows no known findings"),
    ("keyword", "-k", "it judges the whole pack"),
    ("markexpr", "-m", "it judges the whole pack"),
    ("maxfail", "-x and --maxfail", "it judges the whole pack"),
    ("lf", "--lf", "it judges the whole pack"),
    ("stepwise", "--stepwise", "it judges the whole pack"),
    ("deselect", "--deselect", "it judges the whole pack"),
    ("collectonly", "--collect-only", "it judges the whole pack"),
)
"""Options of a run, by destination, that would make it less than the whole."""


@dataclass(frozen=True)
class Certifying:
    """A run that is to end in a certificate."""

    file: Path
    log: Path
    reported: bool
    """Whether a report was asked for: then the log is in it."""
    left_out: tuple[str, ...]
    """Paths within the pack that the run itself writes."""
    contents: Contents
    """The pack before it was judged."""
    set_aside: tuple[str, ...]
    """What the pack's settings and the command line ask for and a certificate does not grant."""

    def facts(self, settings: Settings) -> dict[str, Any]:
        """For the event log: what decides the result and stands nowhere else in it."""
        return {
            "set_aside": list(self.set_aside),
            "own_values": sorted(map(str, settings.strategies)),
            "paths": dict(sorted(settings.paths.items())),
            "timeout": settings.timeout,
            "calls": settings.calls,
        }


def prepare(option: Any, session: Session, cwd: Path, report: Path | None) -> Certifying:
    """Check the command line, set aside what excuses findings, digest the pack.

    Raises WrongUsage.
    """
    if len(session.packs) != 1 or session.refused:
        raise WrongUsage("--studio-certify certifies one pack: give one --studio-pack")
    for name, called, why in CONFLICTS:
        if getattr(option, name, None):
            raise WrongUsage(f"--studio-certify goes without {called}: {why}")
    (run,) = session.packs
    if run.settings.isolation not in ALLOWED_ISOLATION:
        why = "it needs a sandbox"
        raise WrongUsage(f"--studio-certify goes without --studio-isolation=none: {why}")
    file, log = _places(option.studio_certify, cwd, report)
    left_out = tuple(_inside(run.target.path, {file, log, *([report] if report else [])}))
    contents = _contents(run.target.path, left_out)
    certifying = Certifying(file, log, report is not None, left_out, contents, set_aside(run))
    run.certify = certifying.facts(run.settings)
    return certifying


def set_aside(run: PackRun) -> tuple[str, ...]:
    """Take from the run whatever excuses findings, and tell what that was."""
    told = tuple(_excuses(run))
    run.settings = replace(run.settings, select=(), ignore=(), levels=(), waivers=())
    run.known = None
    run.__dict__.pop("checks", None)  # They may have been asked for already.
    return told


def _places(name: str, cwd: Path, report: Path | None) -> tuple[Path, Path]:
    """Where certificate and log are written: in the report's folder where there is one."""
    file = cwd / name if name else (report or cwd) / DEFAULT_FILE
    if file.is_dir():
        raise WrongUsage(f"--studio-certify: {file} is a folder; name a file")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"can't make the folder {file.parent}: {error.strerror}"
        raise WrongUsage(f"--studio-certify: {told}") from None
    return file, (report / FILE_NAME if report else file.with_name(f"{file.stem}.{FILE_NAME}"))


def _inside(pack: Path, written: set[Path]) -> Iterator[str]:
    for each in sorted(Path(os.path.realpath(path)) for path in written):
        if each == pack:
            raise WrongUsage(f"--studio-certify: {each} is the pack; name another file")
        if each.is_relative_to(pack):
            yield each.relative_to(pack).as_posix()


def _excuses(run: PackRun) -> Iterator[str]:
    settings = run.settings
    if settings.waivers:
        number = len(settings.waivers)
        yield f"{number} waiver{'s' * (number != 1)}"
    if run.known is not None:
        yield f"known findings ({run.known.file.name})"
    for key in ("select", "ignore"):
        if getattr(settings, key):
            yield f"{key} {', '.join(getattr(settings, key))}"
    if settings.levels:
        yield "levels " + ", ".join(f"{code} = {level}" for code, level in settings.levels)


def _contents(pack: Path, left_out: tuple[str, ...]) -> Contents:
    try:
        contents = read_contents(pack, left_out)
        bytecode = next(contents.bytecode_in(pack), None)
    except (Uncoverable, OSError) as error:
        raise WrongUsage(f"--studio-certify: the pack can't be digested: {error}") from None
    if bytecode is not None:
        raise WrongUsage(
            f"--studio-certify: {shown(bytecode)} holds bytecode, which Python runs in place of "
            "the source that is certified: delete it, or certify a fresh checkout"
        )
    return contents
