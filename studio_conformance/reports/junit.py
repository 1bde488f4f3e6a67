"""``junit.xml``: what CI systems show as test results.

A suite is a pack, a test case one check on one node. A check that has nothing to say about a node
is no test of it: such rows are counted in the suite's property ``not_applicable`` and left out, so
that what is skipped (waived, not generable, not reached) can be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from studio_conformance.events import Event
from studio_conformance.reports.escaping import one_line, xml
from studio_conformance.reports.facts import Facts, PackFacts, place_of

SKIPPED = ("waived", "not_generable", "not_reached")


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    """The document, a suite at a time."""
    packs = facts.packs.values()
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield (
        f'<testsuites name="studio conformance" time="{facts.footer["seconds"]:.3f}"'
        f" {_counts(sum((pack.totals for pack in packs), Counter()))}>\n"
    )
    for pack, rows in _rows_by_pack(events, facts):
        yield from _suite(rows, facts, pack)
    yield "</testsuites>\n"


def _rows_by_pack(
    events: Iterable[Event], facts: Facts
) -> Iterator[tuple[PackFacts, Iterable[Event]]]:
    """Each pack with its rows, in one pass where they stand together, as in every log of a run."""
    if not facts.grouped:
        for label, pack in facts.packs.items():
            yield pack, (row for row in _rows(events) if row["pack"] == label)
        return
    without = dict(facts.packs)
    for label, rows in groupby(_rows(events), key=itemgetter("pack")):
        yield without.pop(label), rows
    for pack in without.values():
        yield pack, ()


def _rows(events: Iterable[Event]) -> Iterator[Event]:
    return (event for event in events if event["event"] == "result")


def _counts(totals: Counter[str]) -> str:
    tests = totals.total() - totals["not_applicable"]
    return f'tests="{tests}" failures="{totals["failed"]}" errors="{totals["errored"]}"'


def _suite(rows: Iterable[Event], facts: Facts, pack: PackFacts) -> Iterator[str]:
    skipped = sum(pack.totals[outcome] for outcome in SKIPPED)
    seconds = sum(execution["seconds"] for execution in pack.executions)
    yield (
        f'<testsuite name="{xml(pack.label)}" {_counts(pack.totals)} skipped="{skipped}"'
        f' time="{seconds:.3f}" timestamp="{xml(facts.header["started"][:19])}">\n'
    )
    yield from _properties(facts, pack)
    seen: Counter[tuple[str | None, str, str | None]] = Counter()
    for row in rows:
        if row["outcome"] != "not_applicable":
            yield _case(row, pack, facts.checks[row["code"]], seen)
    yield "</testsuite>\n"


def _properties(facts: Facts, pack: PackFacts) -> Iterator[str]:
    about = pack.about
    told = {
        "path": about["path"],
        "version": about["version"] or "",
        "api_level": about["api_level"],
        "mode": about["mode"],
        "results": str(pack.results),
        "not_applicable": str(pack.totals["not_applicable"]),
        "confinement": about["confinement"] or "",
        **facts.header["versions"],
    }
    yield "<properties>\n"
    for name, value in told.items():
        yield f'<property name="{xml(name)}" value="{xml(value)}"/>\n'
    yield "</properties>\n"


def _case(
    row: Event, pack: PackFacts, check: Event, seen: Counter[tuple[str | None, str, str | None]]
) -> str:
    on = f" [{row['input']}]" if row["input"] else ""
    name = one_line(f"{row['code']} {row['slug']}{on}{_again(row, seen)}")
    # A point would be taken for the end of a package's name.
    node = one_line((row["node"] or "(pack)").replace(".", "_"))
    inside = _inside(row, pack, check)
    head = f'<testcase classname="{xml(pack.label)}.{xml(node)}" name="{xml(name)}" time="0"'
    return f"{head}>{inside}</testcase>\n" if inside else f"{head}/>\n"


def _again(row: Event, seen: Counter[tuple[str | None, str, str | None]]) -> str:
    """What tells a second finding of a check in the same place from the first."""
    if row["outcome"] == "passed" or row["outcome"] in SKIPPED[1:]:
        return ""
    key = (row["node"], row["code"], row["input"])
    seen[key] += 1
    return f" ({seen[key]})" if seen[key] > 1 else ""


def _inside(row: Event, pack: PackFacts, check: Event) -> str:
    outcome = row["outcome"]
    if outcome == "passed":
        return ""
    place = place_of(row, pack.about)
    message = one_line(f"{place}: {row['message']}" if place else row["message"], 1000)
    if outcome in SKIPPED:
        told = f"waived: {row['waiver']}; {message}" if outcome == "waived" else message
        return f'<skipped type="{outcome}" message="{xml(one_line(told, 1000))}"/>'
    tag = "error" if outcome == "errored" else "failure"
    return f'<{tag} type="{row["level"]}" message="{xml(message)}">{_text(row, check)}</{tag}>'


def _text(row: Event, check: Event) -> str:
    told = {
        "where": f"{row['file']}:{row['line'] or 1}" if row["file"] else "",
        "what": row["message"],
        "input": row["example"]["text"] if row["example"] else "",
        "why": check["why"],
        "fix": check["fix"],
        "replay": row["replay"] or "",
        "traceback": row["traceback"] or "",
    }
    return xml("\n".join(f"{name}: {text}" for name, text in told.items() if text)).replace(
        "&#10;", "\n"
    )
