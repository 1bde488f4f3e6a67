"""Whether a certificate is what was written, about this pack and by this log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio_conformance.certificate.build import digest_of, refusal, sha256, told_by_log
from studio_conformance.certificate.contents import (
    IGNORED,
    Contents,
    Uncoverable,
    read_contents,
    shown,
)
from studio_conformance.events import InvalidLog, read_events
from studio_conformance.schemas import first_flaw

SCHEMA = Path(__file__).parents[1] / "schemas" / "certificate.schema.json"
TWICE = "a key is there twice"


class CorruptCertificate(ValueError):
    """A file is no certificate at all."""


class Broken(Exception):
    """A certificate does not hold; the message names the first thing that differs."""


def read_certificate(file: Path) -> dict[str, Any]:
    """Raises CorruptCertificate with one line."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except OSError as error:
        raise CorruptCertificate(f"can't read {file}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        why = TWICE if str(error) == TWICE else "not JSON"
        raise CorruptCertificate(f"{file} is no certificate: {why}") from None
    flaw = first_flaw(data, SCHEMA)
    if flaw is not None:
        raise CorruptCertificate(f"{file} is no certificate: {flaw}")
    certificate: dict[str, Any] = data
    return certificate


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; readers differ in which of two equal keys they take. Raises ValueError."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(TWICE)
    return found


def check_itself(file: Path, certificate: dict[str, Any]) -> None:
    """Raises Broken when the certificate was edited."""
    if digest_of(certificate) != certificate["digest"]:
        raise Broken(f"{file} was edited: its digest is not that of what it says")


def check_pack(certificate: dict[str, Any], pack: Path) -> Contents:
    """What the pack holds now. Raises Broken with the first file that differs."""
    listed = certificate["contents"]
    before = Contents(listed["files"], listed["links"])
    try:
        now = read_contents(pack, listed["left_out"], listed["ignored"])
    except (Uncoverable, OSError) as error:
        raise Broken(f"{pack}: {error}") from None
    difference = before.first_difference(now)
    if difference is not None:
        raise Broken(f"{pack}: {difference}")
    return now


def check_log(certificate: dict[str, Any], log: Path) -> None:
    """Raises Broken when the log is another one, or tells something else than the certificate."""
    try:
        data = log.read_bytes()
    except OSError as error:
        raise Broken(f"{log}: {error.strerror}") from None
    written = certificate["log"]
    if (len(data), sha256(data)) != (written["bytes"], written["sha256"]):
        raise Broken(f"{log} is not the log of this run, or was edited")
    try:
        events = read_events(log)
        why = refusal(events)
        said = told_by_log(events) if why is None else {}
    except (InvalidLog, UnicodeDecodeError, LookupError, TypeError, ValueError) as error:
        raise Broken(f"{log} is no log of ours: {error}") from None
    if why is not None:
        raise Broken(f"{log} is of a run that gets no certificate: {why}")
    for key in said:
        if said[key] != certificate[key]:
            raise Broken(f"the certificate's {key!r} is not what {log} tells")


def lines_about(certificate: dict[str, Any]) -> Iterator[str]:
    """What a certificate says, for a reader; nothing in it does anything to a terminal."""
    return map(shown, _said(certificate))


def _said(certificate: dict[str, Any]) -> Iterator[str]:
    pack, totals = certificate["pack"], certificate["totals"]
    cases = totals["cases"]
    version = f" {pack['version']}" if pack["version"] else ""
    told = f"{pack['name']}{version}: {certificate['verdict']}"
    yield f"{told}, {certificate['date']}, level {certificate['api_level']}"
    yield (
        f"{totals['passed']} of {totals['results']} judgements passed ({totals['checks']} checks); "
        f"{totals['nodes_run']} of {totals['nodes']} nodes run, {cases['returned']} of "
        f"{cases['planned']} inputs gave a result"
    )
    yield f"confined: {certificate['confinement']}"
    known = certificate["baseline"]
    if known is not None:
        title = " ".join(filter(None, (known["name"], known["version"])))
        yield f"compared with: {title} ({known['source']})"
    for what in certificate["set_aside"]:
        yield f"set aside for the certificate: {what}"
    for path in certificate["contents"]["left_out"]:
        yield f"not covered: {path}"
    for name in sorted({*certificate["contents"]["ignored"]} - {*IGNORED}):
        yield f"not covered, and unusual: everything called {name}"
