"""Turn a finished session into its event log, and a log into the run's exit status."""

from __future__ import annotations

import datetime
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import studio_conformance
from studio_conformance import outcomes
from studio_conformance.checks import Check, checks_of
from studio_conformance.events import (
    LOG_VERSION,
    CheckEvent,
    DeathEvent,
    Event,
    Footer,
    Header,
    NodeEvent,
    OutputEvent,
    PackEvent,
    RefusedEvent,
    of_kind,
)
from studio_conformance.isolation import isolation_facts
from studio_conformance.pack_run import PackRun
from studio_conformance.results import count, was_missed
from studio_conformance.session import Session
from studio_conformance.subject import Node
from studio_conformance.waivers import HOUSE_RULES

OUTPUT_TAIL = 4000
"""Characters of a pack's output that the log keeps."""
TELLING_VARIABLES = ("PYTHONPATH", "PYTHONHASHSEED", "PYTEST_ADDOPTS", "CUDA_VISIBLE_DEVICES")


def build_events(
    session: Session,
    *,
    argv: Sequence[str],
    beside: int = outcomes.CLEAN,
    broke_off: int = 0,
    kept: bool = True,
) -> list[Event]:
    """The whole log of ``session``. Rows stand in planned order, whoever judged them and when.

    ``beside``: status of whatever ran beside the packs. ``broke_off``: when the run was broken off,
    the status it ends with for that. ``kept``: the log is for later readers too, who may compare
    the pack's interface; only the terminal needs none of it.
    """
    events: list[Event] = [dict(_header(session, argv))]
    events += map(dict, _checks(session))
    events += (dict(_refused(r.argument, r.message)) for r in session.refused)
    for run in session.packs:
        events += _pack_events(run, kept)
    status = broke_off or outcomes.worst([exit_status(events), beside])
    events.append(dict(_footer(events, session, status, complete=not broke_off)))
    return events


def _header(session: Session, argv: Sequence[str]) -> Header:
    return {
        "event": "header",
        "schema_version": LOG_VERSION,
        "versions": versions(),
        "argv": list(argv),
        "environment": _telling(os.environ),
        "started": _iso(session.started),
    }


def versions() -> dict[str, str]:
    """What judged: the versions that a reader needs to reproduce a run."""
    pytest = sys.modules.get("pytest")
    return {
        "studio-conformance": studio_conformance.__version__,
        "python": platform.python_version(),
        "pytest": getattr(pytest, "__version__", "not used"),
        "platform": platform.platform(),
    }


def _telling(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in TELLING_VARIABLES if name in environment}


def _iso(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.isoformat(timespec="seconds")


def _checks(session: Session) -> Iterator[CheckEvent]:
    used: dict[str, Check] = {c.code: c for run in session.packs for c in run.checks}
    if any(run.settings.waivers for run in session.packs):
        used |= HOUSE_RULES
    for check in used.values():
        yield {
            "event": "check",
            "code": check.code,
            "slug": check.slug,
            "family": check.family,
            "scope": check.scope,
            "title": check.title,
            "why": check.why,
            "fix": check.fix,
        }


def _refused(argument: str, message: str) -> RefusedEvent:
    return {"event": "refused", "argument": argument, "message": message}


def _pack_events(run: PackRun, kept: bool) -> Iterator[Event]:
    yield dict(_pack(run))
    if run.inspection is not None:
        yield from _output(run)
        yield from _deaths(run)
    for node in run.subject.nodes if run.subject else []:
        yield dict(_node(run.label, node))
    yield from _interface(run, kept)
    for counts in run.tallies():
        yield {"event": "execution", "pack": run.label, **counts}
    for row in run.rows():
        yield {"event": "result", **row}


def _interface(run: PackRun, kept: bool) -> Iterator[Event]:
    """What others depend on, and what of it changed since an earlier release."""
    subject = run.subject
    if subject is None or not subject.nodes:
        return
    if kept:
        from studio_conformance.release.interface import interface_of

        interface = interface_of(subject, run.target.name, run.target.version)
        named = {"pack": run.label}
        yield {"event": "interface", **named, **_but(interface, "nodes")}
        yield from ({"event": "face", **named, **face} for face in interface["nodes"])
    release = subject.release
    if release is not None and not release.facts["broken"]:
        from studio_conformance.release.gate import event_of

        codes = {check.slug: check.code for check in checks_of("RELEASE")}
        told = event_of(release, codes)
        yield {"event": "release", "pack": run.label, **_but(told, "changes")}
        yield from ({"event": "change", "pack": run.label, **each} for each in told["changes"])


def _but(facts: Mapping[str, Any], key: str) -> dict[str, Any]:
    """All but a list whose entries are events of their own."""
    return {name: value for name, value in facts.items() if name != key}


def _pack(run: PackRun) -> PackEvent:
    target, settings, subject = run.target, run.settings, run.subject
    facts = subject.description if subject else None
    return {
        "event": "pack",
        "pack": run.label,
        "name": target.name,
        "version": target.version,
        "path": str(target.path),
        "repository": _repository(target.path),
        "argument": target.argument,
        "api_level": run.level.name,
        "api_level_reason": run.level_reason,
        "mode": settings.mode,
        "fail_on": settings.level,
        "config_file": str(settings.file) if settings.file else None,
        "waivers": len(settings.waivers),
        "certify": run.certify,
        "known": _known(run),
        "select": list(settings.select),
        "ignore": list(settings.ignore),
        "levels": dict(settings.levels),
        "max_examples": settings.max_examples,
        "budget": settings.budget,
        "fakes": settings.fakes,
        "isolation": isolation_facts(settings.isolation, run.environment),
        "confinement": run.inspection.enforced.line if run.inspection else None,
        "sandbox": run.inspection.enforced.to_wire() if run.inspection else None,
        "worker": {k: facts[k] for k in ("python", "torch", "numpy")} if facts else {},
        "load": _load(run) if subject else None,
        "broken": run.broken,
        "unconfinable": run.unconfinable,
    }


def _repository(path: Path) -> str | None:
    """The root of the checkout that the pack lies in, by the mark that git leaves there."""
    beginnings = [path, *path.parents] if path.is_dir() else [*path.parents]
    return next((str(folder) for folder in beginnings if (folder / ".git").exists()), None)


def _known(run: PackRun) -> dict[str, Any] | None:
    known = run.known
    return None if known is None else {"file": str(known.file), "findings": len(known.findings)}


def _load(run: PackRun) -> dict[str, object]:
    assert run.subject is not None
    facts, nodes = run.subject.description["load"], run.subject.nodes
    return {
        "loaded": facts["loaded"],
        "route": facts["route"],
        "seconds": round(facts["seconds"], 3),
        "inspection_seconds": round(run.inspection.seconds, 3) if run.inspection else None,
        "peak_bytes": facts["peak_bytes"],
        "modules": facts["modules"],
        "nodes": len(nodes),
        "registered": sum(node.facts["registered"] for node in nodes),
        "described": sum(node.described for node in nodes),
    }


def _output(run: PackRun) -> Iterator[Event]:
    assert run.inspection is not None
    if run.inspection.output:
        event: OutputEvent = {
            "event": "output",
            "pack": run.label,
            "tail": run.inspection.output[-OUTPUT_TAIL:],
            "bytes": run.inspection.output_bytes,
        }
        yield dict(event)


def _deaths(run: PackRun) -> Iterator[Event]:
    assert run.inspection is not None
    for death in run.inspection.deaths:
        event: DeathEvent = {
            "event": "death",
            "pack": run.label,
            "cause": death.cause,
            "request": death.request,
            "stderr_tail": death.stderr_tail[-OUTPUT_TAIL:],
        }
        yield dict(event)


def _node(pack: str, node: Node) -> NodeEvent:
    facts = node.facts
    return {
        "event": "node",
        "pack": pack,
        "node": node.key,
        "kind": facts["kind"],
        "registered": facts["registered"],
        "described": node.described,
        "display_name": facts["display_name"],
        "class_name": facts["class_name"],
        "file": facts["file"],
        "line": facts["line"],
    }


def _footer(events: list[Event], session: Session, status: int, *, complete: bool) -> Footer:
    now = time.time()
    rows = of_kind(events, "result")
    return {
        "event": "footer",
        "totals": count(rows),  # type: ignore[arg-type]
        "exit_status": status,
        "complete": complete and not any(was_missed(row) for row in rows),
        "finished": _iso(now),
        "seconds": round(now - session.started, 3),
    }


def exit_status(events: Iterable[Event]) -> int:
    """The status of a run: see ``outcomes``. Zero is red: a pack without nodes is no clean pack.

    A pack stands before its rows, as in every log; the events are looked at once.
    """
    fail_on: dict[str, str] = {}
    statuses, judged = set(), False
    for event in events:
        kind = event["event"]
        if kind == "result":
            statuses.add(_row_status(event, fail_on[event["pack"]]))
            judged = judged or event["outcome"] in outcomes.JUDGED
        elif kind == "pack":
            fail_on[event["pack"]] = event["fail_on"]
            statuses.update(_pack_statuses(event))
        elif kind == "refused":
            statuses.add(outcomes.USAGE)
    if not judged:
        statuses.add(outcomes.NOTHING_TESTED)
    return outcomes.worst(statuses)


def _pack_statuses(pack: Event) -> Iterator[int]:
    if pack["broken"]:
        yield outcomes.ENVIRONMENT_BROKE
    if pack["unconfinable"]:
        yield outcomes.NOT_ENFORCED
    if is_empty(pack):
        yield outcomes.NOTHING_TESTED


def is_empty(pack: Event) -> bool:
    """Whether a pack event tells of a pack without a single node."""
    return pack["load"] is None or pack["load"]["nodes"] == 0


def _row_status(row: Event, fail_on: str) -> int:
    if row["outcome"] == "errored":
        return outcomes.ENVIRONMENT_BROKE
    return outcomes.FINDINGS if is_failing(row, fail_on) else outcomes.CLEAN


def is_failing(row: Mapping[str, Any], fail_on: str) -> bool:
    """Whether a row fails the run: a finding of the level asked for, or a broken judgement."""
    grave = fail_on == "warning" or row["level"] == "error"
    return row["outcome"] == "errored" or (row["outcome"] == "failed" and grave)
