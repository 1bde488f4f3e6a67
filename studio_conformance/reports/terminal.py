"""The terminal summary: what was judged, totals of every outcome, each finding and its remedy."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from studio_conformance.events import Event, of_kind
from studio_conformance.isolation import isolation_line
from studio_conformance.outcomes import CLEAN, MEANINGS, NOTHING_TESTED, OUTCOMES
from studio_conformance.reports.executed import executed_lines
from studio_conformance.reports.lines import Line, shown
from studio_conformance.reports.released import release_lines
from studio_conformance.results import count

WARNINGS_SHOWN = 5
"""Places shown for each rule of level warning unless the reader asks for all."""
OUTPUT_LINES = 12
WIDTH = 100


def render(events: Sequence[Event], *, verbose: bool = False) -> list[Line]:
    """The summary of a run, line by line."""
    lines: list[Line] = []
    for pack in of_kind(events, "pack"):
        lines += _pack(events, pack, verbose)
    lines += (Line(f"not judged: {e['message']}", "bad") for e in of_kind(events, "refused"))
    return [line._replace(text=shown(line.text)) for line in [*lines, *_verdict(events)]]


def finding_lines(row: Event, *, replay: bool = True) -> Iterator[Line]:
    """One finding: where, what, and how to see it again."""
    for line in _finding_lines(row, replay=replay):
        yield line._replace(text=shown(line.text))


def _finding_lines(row: Event, *, replay: bool) -> Iterator[Line]:
    place = row["node"] or "the pack"
    named = f" {row['input']!r}" if row["input"] else ""
    where = f"{row['file']}:{row['line'] or 1}" if row["file"] else "no line known"
    yield Line(f"  {place}{named}  {where}")
    message = row["message"].splitlines() or [""]
    yield from (Line(f"    {text}") for text in message)
    if row["example"]:
        yield Line(f"    input: {_short(row['example']['text'])}", "dim")
    if row["waiver"]:
        yield Line(f"    waived: {row['waiver']}", "dim")
    if replay and row["replay"]:
        yield Line(f"    replay: {row['replay']}", "dim")


def _short(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _pack(events: Sequence[Event], pack: Event, verbose: bool) -> Iterator[Line]:
    mine = [event for event in events if event.get("pack") == pack["pack"]]
    rows = of_kind(mine, "result")
    version = f" {pack['version']}" if pack["version"] else ""
    yield Line(f"{pack['name']}{version}  {pack['path']}", "title")
    yield from map(Line, _conditions(pack))
    yield from map(Line, _totals(pack, rows))
    yield from map(Line, executed_lines(pack, of_kind(mine, "execution")))
    yield from release_lines(of_kind(mine, "release"), of_kind(mine, "change"), rows)
    if pack["broken"] and not any(row["outcome"] == "errored" for row in rows):
        yield Line(f"could not be inspected: {pack['broken'].splitlines()[0]}", "bad")
    yield from _findings(events, rows, verbose)
    yield from _unreached(rows)
    if pack["broken"] or not (pack["load"] or {}).get("loaded") or of_kind(mine, "death"):
        yield from _aftermath(mine)
    yield Line("")


def _conditions(pack: Event) -> Iterator[str]:
    conditions = [f"level {pack['api_level']} ({pack['api_level_reason']})", f"mode {pack['mode']}"]
    if pack["config_file"]:
        conditions.append(f"settings {pack['config_file']} ({_many(pack['waivers'], 'waiver')})")
    yield ", ".join(conditions)
    if pack["confinement"]:
        yield f"worker: python {pack['worker'].get('python')}, {pack['confinement']}"
    told = isolation_line(pack["isolation"])
    if told:
        yield told


def _totals(pack: Event, rows: Sequence[Event]) -> Iterator[str]:
    if pack["load"]:
        load = pack["load"]
        yield (
            f"{_many(load['nodes'], 'node')} ({load['registered']} registered, {load['described']}"
            f" with a schema), loaded in {load['seconds']:.2f} s"
        )
    checks = len({row["code"] for row in rows})
    totals = count(rows)  # type: ignore[arg-type]
    told = [f"{totals[name]} {name.replace('_', ' ')}" for name in OUTCOMES if totals[name]]
    yield f"{_many(checks, 'check')}, {_many(len(rows), 'result')}: {', '.join(told) or 'none'}"


def _findings(events: Sequence[Event], rows: Sequence[Event], verbose: bool) -> Iterator[Line]:
    """Findings by rule, errors first, so that why and how to mend are said once."""
    texts = {check["code"]: check for check in of_kind(events, "check")}
    shown = [row for row in rows if row["outcome"] in ("errored", "failed", "waived")]
    groups: dict[tuple[str, str, str], list[Event]] = {}
    for row in shown:
        groups.setdefault((row["outcome"], row["level"], row["code"]), []).append(row)
    rank = {"errored": 0, "failed": 1, "waived": 2}
    order = list(texts)
    for key in sorted(groups, key=lambda k: (rank[k[0]], k[1], order.index(k[2]))):
        yield from _group(key[0], groups[key], texts[key[2]], verbose)


def _group(outcome: str, rows: list[Event], check: Event, verbose: bool) -> Iterator[Line]:
    level = rows[0]["level"]
    named = {"failed": _many(len(rows), level), "errored": "could not be judged"}
    mark = "bad" if outcome == "errored" or level == "error" else "warn"
    told = named.get(outcome, f"{len(rows)} waived")
    yield Line("")
    yield Line(f"{check['code']} {check['slug']}: {told}", "dim" if outcome == "waived" else mark)
    if outcome == "failed":
        yield from _wrapped("why", check["why"])
        yield from _wrapped("fix", check["fix"])
    kept = rows if verbose or level == "error" else rows[:WARNINGS_SHOWN]
    for row in kept:
        yield from finding_lines(row)
    if len(kept) < len(rows):
        yield Line(f"  ... and {len(rows) - len(kept)} more (-v shows them)", "dim")


def _wrapped(label: str, text: str) -> Iterator[Line]:
    indent = "  " + " " * len(label) + "  "
    wrapped = textwrap.wrap(text, WIDTH, initial_indent=f"  {label}: ", subsequent_indent=indent)
    yield from (Line(line) for line in wrapped)


def _unreached(rows: Sequence[Event]) -> Iterator[Line]:
    reasons: dict[str, int] = {}
    for row in rows:
        if row["outcome"] == "not_reached":
            reasons[row["message"]] = reasons.get(row["message"], 0) + 1
    for reason, number in reasons.items():
        yield Line(f"not reached: {_many(number, 'result')}, {reason}", "dim")


def _aftermath(mine: Sequence[Event]) -> Iterator[Line]:
    """What a pack that did not come through left behind: deaths, and the end of its output."""
    for death in of_kind(mine, "death"):
        yield Line(f"worker died at {death['request']}: {death['cause']}", "bad")
    for output in of_kind(mine, "output"):
        tail = output["tail"].splitlines()[-OUTPUT_LINES:]
        yield Line(f"the last of {output['bytes']} bytes the pack printed:", "dim")
        yield from (Line(f"  | {text}", "dim") for text in tail)


def _verdict(events: Sequence[Event]) -> Iterator[Line]:
    footer = events[-1]
    packs = of_kind(events, "pack")
    if len(packs) > 1:
        yield from _overview(events, packs)
    status = footer["exit_status"]
    if status == NOTHING_TESTED:
        yield Line(
            "Zero is red: a pack without a node, or a run without a check, proves nothing.", "bad"
        )
    partial = "" if footer["complete"] else "; not everything planned was run"
    mark = "good" if status == CLEAN else "bad"
    meaning = MEANINGS.get(status, "broken off")
    yield Line(f"verdict: {meaning} (exit status {status}){partial}", mark)


def _overview(events: Sequence[Event], packs: Sequence[Event]) -> Iterator[Line]:
    """All packs at a glance, one line each, then their sum."""
    rows = of_kind(events, "result")
    for pack in packs:
        yield Line(f"{pack['pack']}: {_brief([r for r in rows if r['pack'] == pack['pack']])}")
    yield Line(f"{len(packs)} packs, {_many(len(of_kind(events, 'node')), 'node')}: {_brief(rows)}")


def _brief(rows: Sequence[Event]) -> str:
    totals = count(rows)  # type: ignore[arg-type]
    failed = [row for row in rows if row["outcome"] == "failed"]
    errors = sum(row["level"] == "error" for row in failed)
    parts = [_many(errors, "error"), _many(len(failed) - errors, "warning")]
    parts += [f"{totals['errored']} could not be judged"] if totals["errored"] else []
    return f"{', '.join(parts)} in {_many(len(rows), 'result')}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
