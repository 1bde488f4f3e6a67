"""Known findings: a file that lists what is wrong already, so that only what is new fails a run.

A finding is known by its pack, code, node and input's name: never by its message or the random
input it was seen on, which change without the fault changing. The file is sorted, one finding a
line, so that two versions of it can be compared by eye.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from studio_conformance.files import write_text
from studio_conformance.options import WrongUsage
from studio_conformance.waivers import HOUSE_RULES

KNOWN_VERSION = 1
SCHEMA = Path(__file__).parent / "schemas" / "known.schema.json"
SETTLING = frozenset({"passed", "failed", "waived", "not_applicable"})
"""Outcomes that say whether a known finding is still there."""
SINCE = "known since "
"""How the reason of a finding that this file waives begins."""


class Identity(NamedTuple):
    """What a finding is known by. ``node`` None: the pack itself; ``input`` None: no input."""

    pack: str
    code: str
    node: str | None
    input: str | None

    @property
    def rank(self) -> tuple[str, ...]:
        return (self.pack, self.code, self.node or "", self.input or "")


class Days(NamedTuple):
    """First and last day on which a finding was seen."""

    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Changes:
    """What an update did, in numbers of findings."""

    added: int
    kept: int
    gone: int

    def __str__(self) -> str:
        return f"{self.added} added, {self.kept} kept, {self.gone} gone"


@dataclass
class KnownFindings:
    """The content of one file."""

    file: Path
    findings: dict[Identity, Days] = field(default_factory=dict)

    def reason(self, pack: str, code: str, node: str | None, name: str | None) -> str | None:
        """Why the finding does not count, or None when it is new."""
        days = self.findings.get(Identity(pack, code, node, name))
        return None if days is None else f"{SINCE}{days.first}"

    def update(self, judged: Judged, today: datetime.date) -> Changes:
        """Take over what a run saw: add, refresh, and drop what is certainly gone."""
        before = dict(self.findings)
        gone = {each for each in before if each not in judged.seen and judged.is_gone(each)}
        for each in judged.seen:
            first = before[each].first if each in before else today
            self.findings[each] = Days(first, today)
        for each in gone:
            del self.findings[each]
        added = sum(each not in before for each in judged.seen)
        return Changes(added, len(before) - len(gone), len(gone))

    def write(self) -> None:
        write_text(self.file, self.to_json())

    def to_json(self) -> str:
        rows = [_row(each, self.findings[each]) for each in sorted(self.findings, key=_rank)]
        listed = ",\n".join(f"  {json.dumps(row)}" for row in rows)
        body = f"[\n{listed}\n ]" if rows else "[]"
        return f'{{\n "schema_version": {KNOWN_VERSION},\n "findings": {body}\n}}\n'


@dataclass(frozen=True)
class Judged:
    """What a run tells about known findings.

    ``settled``: (pack, code, node) that were judged. ``nodes``: by pack that loaded well, its
    nodes. ``codes``: by pack, the codes of checks that took part.
    """

    seen: Collection[Identity]
    settled: Collection[tuple[str, str, str | None]]
    nodes: Mapping[str, Collection[str]]
    codes: Mapping[str, Collection[str]]

    def is_gone(self, known: Identity) -> bool:
        """Whether the run shows that a finding it did not see is not there any more.

        What was not judged (deselected, ignored, broken off, unloaded) stays.
        """
        if known[:3] in self.settled:
            return True
        if known.pack not in self.nodes or known.code not in self.codes.get(known.pack, ()):
            return False
        return known.node is not None and known.node not in self.nodes[known.pack]


def settle(
    known: KnownFindings, events: Sequence[Mapping[str, Any]], today: datetime.date | None
) -> str:
    """Write the file anew as of ``today`` (None: leave it); one line about it for the reader."""
    judged = judged_by(events)
    if today is None:
        seen = sum(each in judged.seen for each in known.findings)
        return f"known findings: {known.file}: {seen} of {len(known.findings)} seen in this run"
    changes = known.update(judged, today)
    known.write()
    return f"known findings: {known.file}: {changes}"


def judged_by(events: Sequence[Mapping[str, Any]]) -> Judged:
    """Read a run's event log. Only rows that failed, or that a known finding waives, are seen."""
    packs = {e["pack"]: e for e in events if e["event"] == "pack"}
    rows = [e for e in events if e["event"] == "result" and e["code"] not in HOUSE_RULES]
    names = {label: str(about["name"]) for label, about in packs.items()}
    unsound = {r["pack"] for r in rows if r["family"] == "LOAD" and _is_finding(r)}
    codes: dict[str, set[str]] = {}
    for row in rows:
        codes.setdefault(names[row["pack"]], set()).add(row["code"])
    return Judged(
        seen={_identity(names[r["pack"]], r) for r in rows if _is_seen(r)},
        settled={_place(names, row) for row in rows} - {*_unsettled(names, rows)},
        nodes={
            names[label]: {e["node"] for e in _nodes_of(events, label)}
            for label, about in packs.items()
            if about["load"] is not None and about["load"]["loaded"] and label not in unsound
        },
        codes=codes,
    )


def _place(names: Mapping[str, str], row: Mapping[str, Any]) -> tuple[str, str, str | None]:
    return (names[row["pack"]], row["code"], row["node"])


def _unsettled(
    names: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str, str | None]]:
    return (_place(names, row) for row in rows if row["outcome"] not in SETTLING)


def _nodes_of(events: Iterable[Mapping[str, Any]], label: str) -> Iterator[Mapping[str, Any]]:
    return (e for e in events if e["event"] == "node" and e["pack"] == label)


def _is_finding(row: Mapping[str, Any]) -> bool:
    return row["outcome"] in ("failed", "waived", "errored")


def _is_seen(row: Mapping[str, Any]) -> bool:
    """A finding that the file has or should have: not one that a waiver speaks for."""
    known = row["outcome"] == "waived" and str(row["waiver"]).startswith(SINCE)
    return row["outcome"] == "failed" or known


def _identity(pack: str, row: Mapping[str, Any]) -> Identity:
    return Identity(pack, row["code"], row["node"], row["input"])


def _rank(identity: Identity) -> tuple[str, ...]:
    return identity.rank


def _row(identity: Identity, days: Days) -> dict[str, str | None]:
    dates = {"first_seen": days.first.isoformat(), "last_seen": days.last.isoformat()}
    return {**identity._asdict(), **dates}


def read_known(file: Path, *, may_be_new: bool = False) -> KnownFindings:
    """Read and check a file. Raises WrongUsage with one line; the file is left as it is."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if may_be_new:
            return KnownFindings(file)
        message = f"--studio-known: no file {file}; --studio-known-update writes it"
        raise WrongUsage(message) from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"--studio-known: can't read {file}: {_told(error)}") from None
    return KnownFindings(file, dict(_checked(file, text)))


def _told(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is not UTF-8"


def _checked(file: Path, text: str) -> Iterator[tuple[Identity, Days]]:
    from studio_conformance.schemas import first_flaw

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongUsage(_broken(file, f"not JSON: {error}")) from None
    flaw = first_flaw(data, SCHEMA)
    if flaw is not None:
        raise WrongUsage(_broken(file, flaw))
    seen: set[Identity] = set()
    for number, row in enumerate(data["findings"]):
        identity = Identity(row["pack"], row["code"], row["node"], row["input"])
        if identity in seen:
            raise WrongUsage(_broken(file, f"findings[{number}] is there twice"))
        seen.add(identity)
        yield identity, _days(file, number, row)


def _days(file: Path, number: int, row: Mapping[str, str]) -> Days:
    try:
        first, last = (datetime.date.fromisoformat(row[k]) for k in ("first_seen", "last_seen"))
    except ValueError as error:
        raise WrongUsage(_broken(file, f"findings[{number}]: {error}")) from None
    return Days(first, last)


def _broken(file: Path, why: str) -> str:
    return f"--studio-known: {file} is no file of known findings: {why}; it is left as it is"
