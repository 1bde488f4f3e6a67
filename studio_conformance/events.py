"""The event log of a run: JSON lines between a header and a footer.

Every report is a pure function of the list of events, so a report can be made again, elsewhere and
later, from the log alone. A log without its footer is the log of a run that did not end: it is
refused rather than half believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from studio_conformance.files import write_text
from studio_conformance.release.interface import Interface
from studio_conformance.results import Result
from studio_conformance.tally import Tally

LOG_VERSION = 1
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
    argument: str
    api_level: str
    api_level_reason: str
    mode: str
    fail_on: str
    config_file: str | None
    waivers: int
    certify: dict[str, Any] | None
    """For a run that is to certify the pack: set_aside, own_values, timeout, calls."""
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


class InterfaceEvent(Interface):
    """What other people depend on in the pack: what a later release is compared with."""

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
    changes: list[dict[str, Any]]
    """code, node, kind, bump, what, file, line."""


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


Event = dict[str, Any]
"""One of the above as it stands in the log."""


class InvalidLog(ValueError):
    """A file is no complete event log; the message says where it breaks off or is wrong."""


def of_kind(events: Iterable[Event], kind: str) -> list[Event]:
    return [event for event in events if event["event"] == kind]


def write_events(file: Path, events: Iterable[Event]) -> None:
    """Write the log. ASCII only: whatever a node is called, the file is valid UTF-8."""
    write_text(file, "".join(json.dumps(event) + "\n" for event in events))


def read_events(file: Path) -> list[Event]:
    """The events of a complete log.

    Raises InvalidLog when a line is no event, the header is missing or of another version, or the
    footer is missing.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    events = [_event(file, number, line) for number, line in enumerate(lines, 1)]
    if not events or events[0]["event"] != "header":
        raise InvalidLog(f"{file}: no event log: the first line is no header")
    version = events[0].get("schema_version")
    if version != LOG_VERSION:
        raise InvalidLog(f"{file}: log version {version!r}; this program reads {LOG_VERSION}")
    if events[-1]["event"] != "footer":
        raise InvalidLog(f"{file}: no footer after line {len(lines)}: the run did not end")
    return events


def _event(file: Path, number: int, line: str) -> Event:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise InvalidLog(f"{file}:{number}: not JSON: {error}") from error
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        raise InvalidLog(f"{file}:{number}: no event: {line[:60]}")
    return event
