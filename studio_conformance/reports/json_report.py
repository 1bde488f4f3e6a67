"""``report.json``: one pack's results, in the shape of ``schemas/report.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from studio_conformance.events import Event
from studio_conformance.outcomes import OUTCOMES
from studio_conformance.reports.facts import SHOWN, Facts, OnlyPack, PackFacts, gather
from studio_conformance.reports.streaming import Rows, pieces

REPORT_VERSION = 1


def build_report(events: Iterable[Event], pack: str) -> dict[str, Any]:
    """The report on the pack with this label."""
    facts = gather(events)
    mine = OnlyPack(events, facts, pack) if len(facts.packs) > 1 else events
    report: dict[str, Any] = json.loads("".join(render(mine, gather(mine))))
    return report


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    """The report on the one pack of ``facts`` as JSON, a line for each row: as quick to write as it
    is easy to compare."""
    (pack,) = facts.packs.values()
    rows = (event for event in events if event["event"] == "result")
    results = Rows(result_of(row, facts.checks[row["code"]]) for row in rows)
    yield from pieces({**_head(facts, pack), "results": results})
    yield "\n"


def _head(facts: Facts, pack: PackFacts) -> dict[str, Any]:
    """All of the report but its results."""
    about, output = pack.about, pack.output
    return {
        "schema_version": REPORT_VERSION,
        "pack": {key: about[key] for key in ("name", "version", "path", "api_level")}
        | {"api_level_reason": about["api_level_reason"], "label": pack.label},
        "environment": _environment(facts, about),
        # Whether everything planned was judged or has a reason in the pack itself.
        "complete": about["broken"] is None and bool(pack.results) and not pack.missed,
        "totals": _totals(pack),
        "load": about["load"],
        "broken": about["broken"],
        "output": {"tail": output["tail"], "bytes": output["bytes"]} if output else None,
        "deaths": _rows(pack.deaths),
        "nodes": _rows(pack.nodes),
        "interface": pack.interface and {**plain(pack.interface), "nodes": _rows(pack.faces)},
        "release": pack.release and {**plain(pack.release), "changes": _rows(pack.changes)},
        "executions": _rows(pack.executions),
    }


def _rows(events: Iterable[Event]) -> Rows:
    return Rows(map(plain, events))


def plain(event: Event) -> dict[str, Any]:
    """The event without what says of which kind it is and whose."""
    return {key: value for key, value in event.items() if key not in ("event", "pack")}


def _environment(facts: Facts, about: Event) -> dict[str, Any]:
    header = facts.header
    return {
        "versions": header["versions"],
        "worker": about["worker"],
        "mode": about["mode"],
        "fail_on": about["fail_on"],
        "confinement": about["confinement"],
        "sandbox": about["sandbox"],
        "config_file": about["config_file"],
        "waivers": about["waivers"],
        "certify": about.get("certify"),
        "known": about.get("known"),
        "select": about["select"],
        "ignore": about["ignore"],
        "levels": about["levels"],
        "max_examples": about["max_examples"],
        "budget": about["budget"],
        "fakes": about["fakes"],
        "isolation": about["isolation"],
        "variables": header["environment"],
        "argv": header["argv"],
        "started": header["started"],
        "finished": facts.footer["finished"],
    }


def _totals(pack: PackFacts) -> dict[str, int]:
    """Rows by outcome, and what they are rows of. ``results`` is the denominator."""
    return {
        "nodes": len(pack.nodes),
        "checks": len(pack.codes),
        "results": pack.results,
        **{outcome: pack.totals[outcome] for outcome in OUTCOMES},
        "errors": pack.levels["error"],
        "warnings": pack.levels["warning"],
    }


def result_of(row: Event, check: Event) -> dict[str, Any]:
    """The row; what a reader needs to act stands only where there is something to act on."""
    result = plain(row)
    if row["outcome"] in SHOWN:
        result |= {"why": check["why"], "fix": check["fix"]}
    return result
