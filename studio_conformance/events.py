"""The event log of a run: JSON lines between a header and a footer.

Every report is a pure function of the events, so a report can be made again, elsewhere and later,
from the log alone. The footer holds the number and the digest of all lines before it: a log that
broke off, was cut or was changed is refused rather than half believed. The digest is no signature;
who can rewrite the whole file can rewrite its footer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypedDict

from studio_conformance.files import write_chunks
from studio_conformance.release.interface import NodeFace, PackFace
from studio_conformance.results import Result
from studio_conformance.tally import Tally

LOG_VERSION = 3
FILE_NAME = "events.jsonl"


class Header(TypedDict):
    """First event: what decides the results, apart from each pack."""

    event: str
    schema_version: int
    versions: dict[str, str]
    """studio-conformance, python, pytest, platform."""
    argv: list[str]
    environment: dict[str, str]
    """Environment variables that change the judgement, those that are set."""
    started: str
    """ISO 8601, UTC."""


class CheckEvent(TypedDict):
    """The texts of one check that takes part, so that a report needs no other source."""

    event: str
    code: str
    slug: str
    family: str
    scope: str
    title: str
    why: str
    fix: str


class PackEvent(TypedDict):
    """One pack: how it was asked for, judged and loaded."""

    event: str
    pack: str
    """Its label in this run: the name, made unique."""
    name: str
    version: str | None
    path: str
    repository: str | None
    """The root of the checkout that it lies in."""
    argument: str
    api_level: str
    api_level_reason: str
    mode: str
    fail_on: str
    config_file: str | None
    waivers: int
    certify: dict[str, Any] | None
    """For a run that is to certify the pack: set_aside, own_values, paths, timeout,
    calls."""
    known: dict[str, Any] | None
    """The file of known findings and how many it lists."""
    select: list[str]
    ignore: list[str]
    levels: dict[str, str]
    max_examples: int
    budget: float
    fakes: bool
    isolation: dict[str, Any]
    """What separates the worker from other packs, see ``isolation.isolation_facts``."""
    confinement: str | None
    """One line: what the sandbox enforces by what, and what it leaves open."""
    sandbox: dict[str, Any] | None
    """The same in parts, see ``sandbox.policy.Enforced``."""
    worker: dict[str, str | None]
    """python, torch, numpy of the worker; empty when there was none."""
    load: dict[str, Any] | None
    """loaded, route, seconds, peak_bytes, modules, nodes, registered, output_bytes."""
    broken: str | None
    """Why no description could be had at all."""
    unconfinable: bool
    """It was not run: the sandbox can't be enforced here."""


class RefusedEvent(TypedDict):
    """An argument that names no usable pack."""

    event: str
    argument: str
    message: str


class OutputEvent(TypedDict):
    """The last of what the pack printed while it was loaded and described."""

    event: str
    pack: str
    tail: str
    bytes: int


class DeathEvent(TypedDict):
    """A worker that ended before its time."""

    event: str
    pack: str
    cause: str
    request: str
    stderr_tail: str


class NodeEvent(TypedDict):
    event: str
    pack: str
    node: str
    kind: str
    registered: bool
    described: bool
    display_name: str | None
    class_name: str
    file: str | None
    line: int | None


class InterfaceEvent(PackFace):
    """What other people depend on in the pack: what a later release is compared with."""

    event: str
    pack: str


class FaceEvent(NodeFace):
    """The same of one node; these stand after the interface event."""

    event: str
    pack: str


class ReleaseEvent(TypedDict):
    """The pack compared with an earlier release of it; there only where one was asked for."""

    event: str
    pack: str
    baseline: dict[str, str | None] | None
    """name, version, source; None where there is no earlier release."""
    outcome: str
    """"compared" or "no-earlier-release"."""
    declared: list[str | None]
    """The old version and the new one."""
    bump: str
    """What lies between them: none, patch, minor or major."""
    needed: str
    """What the changes need, by the rule for the old version."""


class ChangeEvent(TypedDict):
    """One change since the earlier release; these stand after the release event."""

    event: str
    pack: str
    code: str
    node: str | None
    """Of a node that is gone, the old id."""
    kind: str
    bump: str
    """From 1.0.0 on: patch, minor or major."""
    what: str
    file: str
    line: int


class ExecutionEvent(Tally):
    """What running one node came to."""

    event: str
    pack: str


class ResultEvent(Result):
    event: str


class Footer(TypedDict):
    """Last event. ``complete`` is False when something planned was not run."""

    event: str
    totals: dict[str, int]
    exit_status: int
    complete: bool
    finished: str
    seconds: float
    # And, in a file: ``lines``, the number of lines before this one, and ``sha256``, the digest of
    # their bytes (see ``write_events``).


Event = dict[str, Any]
"""One of the above as it stands in the log."""


class InvalidLog(ValueError):
    """A file is no complete event log; the message says where it breaks off or is wrong."""


def of_kind(events: Iterable[Event], kind: str) -> list[Event]:
    return [event for event in events if event["event"] == kind]


def write_events(file: Path, events: Iterable[Event]) -> None:
    """Write the log and seal its footer. ASCII only: whatever a node is called, it is UTF-8."""
    write_chunks(file, _sealed_lines(events))


def _sealed_lines(events: Iterable[Event]) -> Iterator[str]:
    digest = hashlib.sha256()
    for before, event in enumerate(events):
        sealed = event
        if event["event"] == "footer":
            sealed = {**event, "lines": before, "sha256": digest.hexdigest()}
        line = json.dumps(sealed) + "\n"
        digest.update(line.encode("ascii"))
        yield line


class Log:
    """A complete log on disk. Can be iterated again and again; it need not fit into memory.

    Raises InvalidLog, when made, for a file that is no log, of another version, cut or changed;
    the message is one line.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.header, self.footer = _verified(file)

    def __iter__(self) -> Iterator[Event]:
        with self.file.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                yield _event(self.file, number, line)


def read_events(file: Path) -> list[Event]:
    """The events of a complete log. Raises InvalidLog, see ``Log``, and OSError."""
    return list(Log(file))


def _verified(file: Path) -> tuple[Event, Event]:
    """Header and footer of a log that is as it was written. Raises InvalidLog."""
    first, last, before, digest = _read_through(file)
    header = _event(file, 1, first) if first else {}
    if header.get("event") != "header":
        raise InvalidLog(f"{file}: no event log: the first line is no header")
    version = header.get("schema_version")
    if version != LOG_VERSION:
        raise InvalidLog(f"{file}: log version {version!r}; this program reads {LOG_VERSION}")
    if not last.endswith(b"\n"):
        raise InvalidLog(
            f"{file}:{before + 1}: breaks off: the run did not end, or the file was cut"
        )
    footer = _event(file, before + 1, last)
    if footer["event"] != "footer":
        raise InvalidLog(
            f"{file}: no footer after line {before + 1}: the run did not end, or the file was cut"
        )
    _compare(file, footer, before, digest)
    return header, footer


def _read_through(file: Path) -> tuple[bytes, bytes, int, str]:
    """First and last line, the number of lines before the last, and the digest of those."""
    digest, first, last, before = hashlib.sha256(), b"", b"", -1
    with file.open("rb") as stream:
        for line in stream:
            first = first or line
            digest.update(last)
            last, before = line, before + 1
    return first, last, before, digest.hexdigest()


def _compare(file: Path, footer: Event, before: int, digest: str) -> None:
    """Raises InvalidLog when the lines before the footer are not those it was written for."""
    if (footer.get("lines"), footer.get("sha256")) == (before, digest):
        return
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            _event(file, number, line)  # Name the line that is broken, if one is.
    if footer.get("lines") != before:
        told = f"{before} lines stand before the footer, which was written after"
        raise InvalidLog(f"{file}: {told} {footer.get('lines', 'an unknown number')}: it was cut")
    raise InvalidLog(
        f"{file}: changed after it was written: its lines don't have the digest of its footer"
    )


def _event(file: Path, number: int, line: bytes) -> Event:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError) as error:
        told = str(error).partition("\n")[0]
        raise InvalidLog(f"{file}:{number}: not JSON: {told}") from error
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise InvalidLog(f"{file}:{number}: no event: {line[:60]!r}")
    return event
