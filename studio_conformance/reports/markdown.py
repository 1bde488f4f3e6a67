"""``summary.md``: for a job's summary and a comment on a pull request. Short, verdict first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nsmallest

from studio_conformance import outcomes
from studio_conformance.events import Event
from studio_conformance.reports.escaping import code, prose
from studio_conformance.reports.facts import Facts, PackFacts, many, place_of
from studio_conformance.reports.spool import Spooled

TOP = 10
"""Findings that are shown of each pack; the others are counted."""
CHANGES = 10
SIGNS = {outcomes.CLEAN: "✅", outcomes.FINDINGS: "❌"}


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    status = facts.footer["exit_status"]
    partial = "" if facts.footer["complete"] else "; not everything planned was run"
    yield f"## {SIGNS.get(status, '⚠️')} Studio Conformance: {facts.verdict}{partial}\n\n"
    yield "| pack | nodes without an error | errors | warnings | waived | passed | results |\n"
    yield "| --- | --- | --- | --- | --- | --- | --- |\n"
    for pack in facts.packs.values():
        yield _totals(pack)
    for refused in facts.refused:
        yield f"\nNot judged: {code(refused['message'])}\n"
    for pack in facts.packs.values():
        yield from _pack(facts, pack)
    told = facts.header["versions"]
    versions = f"studio-conformance {told['studio-conformance']}, Python {told['python']}"
    yield f"\n<sub>{prose(versions)}, {facts.footer['seconds']:.0f} s</sub>\n"


def _totals(pack: PackFacts) -> str:
    version = f" {pack.about['version']}" if pack.about["version"] else ""
    totals = pack.totals
    numbers = (
        f"{pack.fit} of {len(pack.nodes)}",
        pack.levels["error"],
        pack.levels["warning"],
        totals["waived"],
        totals["passed"],
        pack.results,
    )
    name = code(f"{pack.about['name']}{version}", 80, in_table=True)
    return f"| {name} | {' | '.join(map(str, numbers))} |\n"


def _pack(facts: Facts, pack: PackFacts) -> Iterator[str]:
    titled = f" in {code(pack.label, 80)}" if len(facts.packs) > 1 else ""
    number = pack.totals["failed"] + pack.totals["errored"]
    unwaived = (row for row in pack.findings if row["outcome"] != "waived")
    shown = nsmallest(TOP, unwaived, lambda r: (r["outcome"] != "errored", r["level"] != "error"))
    if pack.about["broken"]:
        told = code(pack.about["broken"].partition("\n")[0])
        yield f"\nThe pack{titled} could not be inspected: {told}\n"
    if pack.unconfined:
        yield f"\n⚠️ The sandbox{titled} was {code(pack.unconfined)}\n"
    if shown:
        yield f"\n### {many(number, 'finding')}{titled}\n\n"
    for row in shown:
        yield from _finding(row, pack, facts.checks[row["code"]])
    if number > len(shown):
        yield f"\n... and {number - len(shown)} more in the full report.\n"
    yield from _untested(pack, titled)
    if pack.release:
        yield from _release(pack.release, pack.changes, titled)


def _finding(row: Event, pack: PackFacts, check: Event) -> Iterator[str]:
    level = "not judged" if row["outcome"] == "errored" else row["level"]
    place = place_of(row, pack.about)
    at = f" at {code(place, 120)}" if place else ""
    subject = code(row["node"], 80) if row["node"] else "the pack"
    yield f"- **{prose(row['code'])} {prose(row['slug'])}** ({level}): {subject}{at}  \n"
    yield f"  {code(row['message'])}  \n"
    yield f"  {prose(check['fix'])}\n"


def _untested(pack: PackFacts, titled: str) -> Iterator[str]:
    names = ("not_generable", "not_reached")
    told = [f"{pack.totals[n]} {n.replace('_', ' ')}" for n in names if pack.totals[n]]
    if told:
        yield f"\nNot tested{titled}: {', '.join(told)} (of {many(pack.results, 'result')}).\n"


def _release(release: Event, changes: Spooled, titled: str) -> Iterator[str]:
    """What changed since the release before."""
    if release["outcome"] != "compared" or not release.get("baseline"):
        yield f"\n### Release{titled}\n\nNo earlier release to compare with.\n"
        return
    old, new = release["declared"]
    baseline, bump, needed = release["baseline"], release["bump"], release["needed"]
    enough = "✅ enough" if outranks(bump, needed) else "❌ too small"
    since = code(f"{baseline['name']} {baseline['version']}", 80)
    yield f"\n### Changes since {since}{titled}\n\n"
    yield (
        f"Version {code(str(old), 40)} → {code(str(new), 40)}: {prose(bump)} bump, "
        f"{prose(needed)} needed: {enough}.\n\n"
    )
    for change in nsmallest(CHANGES, changes, lambda c: -BUMPS.get(c["bump"], 0)):
        node = f" {code(change['node'], 80)}" if change["node"] else ""
        yield f"- {prose(change['bump'])}{node}: {code(change['what'])}\n"
    if len(changes) > CHANGES:
        yield f"\n... and {len(changes) - CHANGES} more.\n"


BUMPS = {"none": 0, "patch": 1, "minor": 2, "major": 3}


def outranks(bump: str, needed: str) -> bool:
    """Whether a bump of this size is enough."""
    return BUMPS.get(bump, 0) >= BUMPS.get(needed, 0)
