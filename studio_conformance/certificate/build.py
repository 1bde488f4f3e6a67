"""From the event log of a run and the pack's content to a certificate, or to why there is none."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_conformance.certificate.contents import IGNORED, Contents
from studio_conformance.events import Event, of_kind
from studio_conformance.outcomes import CLEAN, MEANINGS
from studio_conformance.reports.json_report import build_report
from studio_conformance.tally import is_executed

if TYPE_CHECKING:
    from studio_conformance.tally import Tally

CERTIFICATE_VERSION = 1
KIND = "studio-conformance certificate"
ALLOWED_ISOLATION = ("process", "venv")
RUNNING = ("EXEC", "RPC")
SETTINGS = ("fail_on", "max_examples", "budget", "fakes")
"""Fields of the pack event that say how it was judged."""
CASES = (
    "planned", "returned", "rejected", "raised", "lacking", "crashed", "hung", "not_run",
    "not_reached", "runs",
)  # fmt: skip
"""Counts of the cases that nodes were run on. ``planned`` is the denominator of all but runs."""


@dataclass(frozen=True)
class Written:
    """Where the files of a certified run lie. ``left_out``: those within the pack."""

    file: Path
    log: Path
    left_out: Sequence[str] = ()

    def log_facts(self) -> dict[str, Any]:
        """The log by its place beside the certificate, its bytes and their digest."""
        data = self.log.read_bytes()
        place = os.path.relpath(self.log, self.file.parent)
        return {"file": Path(place).as_posix(), "bytes": len(data), "sha256": sha256(data)}


def refusal(events: Sequence[Event]) -> str | None:
    """Why a run with this log gets no certificate, in words; None when it gets one."""
    packs, footer = of_kind(events, "pack"), events[-1]
    status = footer["exit_status"]
    if status != CLEAN:
        return f"the run ended with status {status} ({MEANINGS.get(status, 'broken off')})"
    if not footer["complete"]:
        return "not everything planned was run"
    if len(packs) != 1 or packs[0].get("certify") is None:
        return "the run was not one to certify one pack"
    return _unconfined(packs[0]) or _unfinished(of_kind(events, "result"))


def _unconfined(pack: Event) -> str | None:
    """What was lacking of isolation and confinement."""
    kind = pack["isolation"]["kind"]
    if kind not in ALLOWED_ISOLATION:
        return f"the pack was not isolated ({kind})"
    sandbox = pack.get("sandbox")
    if sandbox is None:
        told = pack["confinement"] or "not enforced: nothing is known of it"
        return f"the confinement was {told}" if "not enforced" in told else None
    weak = [each for each in ("files", "network") if sandbox.get(each) != "enforced"]
    return f"the sandbox was not enforced for {' and '.join(weak)}" if weak else None


def _unfinished(rows: Sequence[Event]) -> str | None:
    """Excused findings, or nodes that were not run for lack of time."""
    if any(row["outcome"] == "waived" for row in rows):
        return "findings were waived"
    left = [r for r in rows if r["outcome"] == "not_reached" and r["family"] in RUNNING]
    if left:
        first = left[0]
        why = f"{first['code']} on {first['node']}: {first['message']}"
        return f"{len(left)} of {len(rows)} judgements were not reached ({why})"
    return None


def build_certificate(
    events: Sequence[Event], written: Written, contents: Contents
) -> dict[str, Any]:
    """The certificate of a run for which ``refusal`` has nothing to say."""
    certificate = {
        "schema_version": CERTIFICATE_VERSION,
        "kind": KIND,
        **told_by_log(events),
        "contents": {
            "ignored": list(IGNORED),
            "left_out": list(written.left_out),
            "files": contents.files,
            "links": contents.links,
        },
        "log": written.log_facts(),
    }
    return {**certificate, "digest": digest_of(certificate)}


def told_by_log(events: Sequence[Event]) -> dict[str, Any]:
    """The part of a certificate that follows from the log alone."""
    (pack,) = of_kind(events, "pack")
    header, footer, certify = events[0], events[-1], pack["certify"]
    return {
        "pack": {"name": pack["name"], "version": pack["version"]},
        "verdict": MEANINGS[footer["exit_status"]],
        "date": footer["finished"],
        "api_level": pack["api_level"],
        "mode": pack["mode"],
        "versions": header["versions"],
        "environment": header["environment"],
        "worker": pack["worker"],
        "isolation": pack["isolation"],
        "confinement": pack["confinement"],
        "sandbox": pack.get("sandbox"),
        "settings": {
            **{key: pack[key] for key in SETTINGS},
            **{key: certify[key] for key in ("timeout", "calls", "own_values", "paths")},
        },
        "set_aside": certify["set_aside"],
        "baseline": next((event["baseline"] for event in of_kind(events, "release")), None),
        "totals": _totals(events, pack["pack"]),
    }


def _totals(events: Sequence[Event], label: str) -> dict[str, Any]:
    report = build_report(events, label)
    executions: list[Tally] = report["executions"]
    cases = {key: sum(each[key] for each in executions) for key in CASES}  # type: ignore[literal-required]
    run = sum(map(is_executed, executions))
    return {**report["totals"], "nodes_run": run, "cases": cases}


def digest_of(certificate: Mapping[str, Any]) -> str:
    """SHA-256 of all that a certificate says but for the digest itself."""
    body = {key: value for key, value in certificate.items() if key != "digest"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def to_text(certificate: Mapping[str, Any]) -> str:
    return json.dumps(certificate, indent=1) + "\n"
