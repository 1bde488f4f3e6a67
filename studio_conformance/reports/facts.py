"""What every report starts from: one pass over the events, keeping findings and counts.

Rows that passed or did not apply are counted and let go, and what is kept lies in a spool, so that
a log which does not fit into memory can be reported on: of each node only its name stays there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from sys import intern

from studio_conformance import outcomes
from studio_conformance.events import Event
from studio_conformance.log import exit_status, is_failing
from studio_conformance.reports.spool import Spool, Spooled
from studio_conformance.results import was_missed

SHOWN = ("failed", "errored", "waived")
"""Outcomes of rows that are kept: there is something to look at."""
LISTS = {
    "node": "nodes",
    "execution": "executions",
    "death": "deaths",
    "face": "faces",
    "change": "changes",
}
"""Where the events of a kind are kept."""


class PackFacts:
    """One pack. ``results`` is the denominator of ``totals``."""

    def __init__(self, about: Event, spool: Spool) -> None:
        self.about = about
        self.totals: Counter[str] = Counter()
        """Rows by outcome."""
        self.levels: Counter[str] = Counter()
        """Failed rows by level."""
        self.codes: set[str] = set()
        self.names: set[str] = set()
        """Nodes of the pack."""
        self.judged: set[str] = set()
        """Names of which something was judged; a waiver, or a change, may name a node that is not
        there."""
        self.missed = 0
        """Rows that were planned and left out, for no reason in the pack."""
        self.nodes = Spooled(spool)
        self.findings = Spooled(spool)
        self.executions = Spooled(spool)
        self.deaths = Spooled(spool)
        self.output: Event | None = None
        self.interface: Event | None = None
        self.faces = Spooled(spool)
        """The nodes of the interface."""
        self.release: Event | None = None
        self.changes = Spooled(spool)
        """What changed since the earlier release."""

    @property
    def label(self) -> str:
        label: str = self.about["pack"]
        return label

    @property
    def unconfined(self) -> str:
        """What was not enforced on the pack's worker; empty where the sandbox held."""
        told = self.about["confinement"] or ""
        return told if told.startswith("not enforced") else ""

    @property
    def results(self) -> int:
        return self.totals.total()

    @property
    def failing(self) -> Iterator[Event]:
        """The rows for which the pack is not clean at the level it was judged by."""
        return (row for row in self.findings if is_failing(row, self.about["fail_on"]))

    @property
    def fit(self) -> int:
        """Nodes of which something was judged and nothing fails."""
        return len((self.judged & self.names) - {row["node"] for row in self.failing})

    @property
    def status(self) -> int:
        """The exit status a run of this pack alone would have."""
        passed = [{"event": "result", "pack": self.label, "outcome": "passed", "level": "error"}]
        seen = passed if self.totals["passed"] else []
        return exit_status(chain([self.about], self.findings, seen))


@dataclass
class Facts:
    """A run."""

    header: Event
    footer: Event
    checks: dict[str, Event]
    packs: dict[str, PackFacts]
    """By label, in the order of the run."""
    refused: list[Event]
    levels: dict[str, str]
    """The level of each check, as its rows have it."""
    grouped: bool = True
    """The rows of each pack stand together."""
    last: str | None = None
    """The pack of the last row."""

    @property
    def verdict(self) -> str:
        return outcomes.MEANINGS.get(self.footer["exit_status"], "broken off")


def gather(events: Iterable[Event]) -> Facts:
    """The facts of a complete log, in one pass."""
    facts, spool = Facts({}, {}, {}, {}, [], {}), Spool()
    for event in events:
        kind = event["event"]
        if kind == "result":
            _add_row(facts, event)
        elif kind == "pack":
            facts.packs[event["pack"]] = PackFacts(event, spool)
        elif kind == "check":
            facts.checks[event["code"]] = event
        elif kind == "header":
            facts.header = event
        elif kind == "footer":
            facts.footer = event
        elif kind == "refused":
            facts.refused.append(event)
        elif event.get("pack") in facts.packs:
            _add_other(facts.packs[event["pack"]], event)
    return facts


def _add_row(facts: Facts, row: Event) -> None:
    pack = facts.packs[row["pack"]]
    outcome = row["outcome"]
    if facts.last != pack.label:
        facts.grouped, facts.last = facts.grouped and not pack.results, pack.label
    pack.totals[outcome] += 1
    pack.codes.add(row["code"])
    facts.levels.setdefault(row["code"], row["level"])
    pack.missed += was_missed(row)
    if row["node"] is not None and outcome in outcomes.JUDGED:
        pack.judged.add(intern(row["node"]))
    if outcome in SHOWN:
        pack.findings.append(row)
        pack.levels[row["level"]] += outcome == "failed"


def _add_other(pack: PackFacts, event: Event) -> None:
    """Kinds of events that are not known here are passed over."""
    kind = event["event"]
    if kind in LISTS:
        kept: Spooled = getattr(pack, LISTS[kind])
        kept.append(event)
        if kind == "node":
            pack.names.add(intern(event["node"]))
    elif kind in ("output", "interface", "release"):
        setattr(pack, kind, event)


class OnlyPack:
    """The events as if the run had been of this one pack; can be iterated again and again."""

    def __init__(self, events: Iterable[Event], facts: Facts, label: str) -> None:
        self.events, self.label, self.pack = events, label, facts.packs[label]

    def __iter__(self) -> Iterator[Event]:
        for event in self.events:
            if event["event"] == "footer":
                totals = dict.fromkeys(outcomes.OUTCOMES, 0) | dict(self.pack.totals)
                yield {**event, "totals": totals, "exit_status": self.pack.status}
            elif event["event"] != "refused" and event.get("pack", self.label) == self.label:
                yield event


def place_of(row: Event, about: Event) -> str:
    """``file:line`` from the pack's root on; the file as it is where it lies elsewhere; or ""."""
    if not row["file"]:
        return ""
    return f"{within(row['file'], about)}:{row['line'] or 1}"


def within(file: str, about: Event) -> str:
    """``file`` from the pack's root on, with forward slashes, where it lies there."""
    try:
        return PurePath(file).relative_to(root_of(about)).as_posix()
    except ValueError:
        return file


def root_of(about: Event) -> str:
    """The pack's folder; for a pack of a single file the folder it lies in."""
    path = PurePath(about["path"])
    return str(path.parent if path.suffix == ".py" else path)


def many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
