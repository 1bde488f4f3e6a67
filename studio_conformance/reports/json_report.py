"""``report.json``: one pack's results, in the shape of ``schemas/report.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio_conformance.events import Event, of_kind
from studio_conformance.files import write_text
from studio_conformance.results import count, was_missed

REPORT_VERSION = 1
FILE_NAME = "report.json"


def build_report(events: Sequence[Event], pack: str) -> dict[str, Any]:
    """The report on the pack with this label."""
    about = next(e for e in of_kind(events, "pack") if e["pack"] == pack)
    mine = [e for e in events if e.get("pack") == pack]
    rows = of_kind(mine, "result")
    texts = {check["code"]: check for check in of_kind(events, "check")}
    return {
        "schema_version": REPORT_VERSION,
        "pack": {key: about[key] for key in ("name", "version", "path", "api_level")}
        | {"api_level_reason": about["api_level_reason"], "label": pack},
        "environment": _environment(events, about),
        "complete": _complete(rows, about),
        "totals": _totals(rows, mine),
        "load": about["load"],
        "broken": about["broken"],
        "output": next(
            ({"tail": e["tail"], "bytes": e["bytes"]} for e in of_kind(mine, "output")), None
        ),
        "deaths": [_without(e, "event", "pack") for e in of_kind(mine, "death")],
        "nodes": [_without(e, "event", "pack") for e in of_kind(mine, "node")],
        "interface": _only(mine, "interface"),
        "release": _only(mine, "release"),
        "executions": [_without(e, "event", "pack") for e in of_kind(mine, "execution")],
        "results": [_result(row, texts[row["code"]]) for row in rows],
    }


def _only(mine: Sequence[Event], kind: str) -> dict[str, Any] | None:
    """The pack's one event of this kind, without what says whose it is; None without one."""
    found = of_kind(mine, kind)
    return _without(found[0], "event", "pack") if found else None


def _environment(events: Sequence[Event], about: Event) -> dict[str, Any]:
    header = events[0]
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
        "finished": events[-1]["finished"],
    }


def _complete(rows: Sequence[Event], about: Event) -> bool:
    """Whether everything planned for this pack was judged or has a reason in the pack itself."""
    return about["broken"] is None and bool(rows) and not any(was_missed(row) for row in rows)


def _totals(rows: Sequence[Event], mine: Sequence[Event]) -> dict[str, int]:
    """Rows by outcome, and what they are rows of. ``results`` is the denominator."""
    failed = [row for row in rows if row["outcome"] == "failed"]
    return {
        "nodes": len(of_kind(mine, "node")),
        "checks": len({row["code"] for row in rows}),
        "results": len(rows),
        **count(rows),  # type: ignore[arg-type]
        "errors": sum(row["level"] == "error" for row in failed),
        "warnings": sum(row["level"] == "warning" for row in failed),
    }


def _result(row: Event, check: Event) -> dict[str, Any]:
    """The row; what a reader needs to act stands only where there is something to act on."""
    result = _without(row, "event", "pack")
    if row["outcome"] in ("failed", "errored", "waived"):
        result |= {"why": check["why"], "fix": check["fix"]}
    return result


def _without(event: Event, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in keys}


def to_json(report: Mapping[str, Any]) -> str:
    """The report as JSON, one line per row: as quick to write as it is easy to compare."""
    fields = [f"{json.dumps(key)}: {_field(value)}" for key, value in report.items()]
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _field(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
    return json.dumps(value)


def write_reports(folder: Path, events: Sequence[Event]) -> list[Path]:
    """Write a ``report.json`` per pack: in ``folder`` for one pack, else in ``folder/LABEL``."""
    packs = [event["pack"] for event in of_kind(events, "pack")]
    written = []
    for pack in packs:
        file = (folder if len(packs) == 1 else folder / pack) / FILE_NAME
        write_text(file, to_json(build_report(events, pack)))
        written.append(file)
    return written
