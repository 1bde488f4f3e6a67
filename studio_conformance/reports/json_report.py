"""``report.json``: one pack's results, in the shape of ``schemas/report.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from studio_conformance.events import Event
from studio_conformance.outcomes import OUTCOMES
from studio_conformance.reports.facts import Facts, PackFacts, gather

REPORT_VERSION = 1


def build_report(events: Iterable[Event], pack: str) -> dict[str, Any]:
    """The report on the pack with this label."""
    facts = gather(events)
    rows = (e for e in events if e["event"] == "result" and e["pack"] == pack)
    results = [result_of(row, facts.checks[row["code"]]) for row in rows]
    return {**_head(facts, facts.packs[pack]), "results": results}


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
        "deaths": [_without(e, "event", "pack") for e in pack.deaths],
        "nodes": [_without(e, "event", "pack") for e in pack.nodes],
        "interface": _told(pack.interface),
        "release": _told(pack.release),
        "executions": [_without(e, "event", "pack") for e in pack.executions],
    }


def _told(event: Event | None) -> dict[str, Any] | None:
    """The pack's one event of a kind, without what says whose it is; None without one."""
    return _without(event, "event", "pack") if event is not None else None


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
    result = _without(row, "event", "pack")
    if row["outcome"] in ("failed", "errored", "waived"):
        result |= {"why": check["why"], "fix": check["fix"]}
    return result


def _without(event: Event, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in keys}


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    """The report on the one pack of ``facts`` as JSON, a line for each row: as quick to write as it
    is easy to compare."""
    (pack,) = facts.packs.values()
    for key, value in _head(facts, pack).items():
        yield ("{\n" if key == "schema_version" else ",\n") + f"{json.dumps(key)}: {_field(value)}"
    before = ',\n"results": [\n'
    for event in events:
        if event["event"] == "result":
            yield before + json.dumps(result_of(event, facts.checks[event["code"]]))
            before = ",\n"
    yield "\n]\n}\n" if pack.results else ',\n"results": []\n}\n'


def _field(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
    return json.dumps(value)
