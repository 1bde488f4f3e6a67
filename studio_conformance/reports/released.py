"""The part of a summary that compares a pack with an earlier release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio_conformance.reports.lines import Line

Told = Mapping[str, Any]
SHOWN = 10
MARKS = {"major": "bad", "minor": "warn"}
ORDER = ("none", "patch", "minor", "major")


def release_lines(
    releases: Sequence[Told], changes: Sequence[Told], rows: Sequence[Told]
) -> Iterator[Line]:
    """Which baseline, which bump is needed, and what changed, briefly: the findings say more."""
    for release in releases:
        yield Line(f"baseline: {_baseline(release, rows)}")
        if release["outcome"] == "compared":
            yield _bumps(release, len(changes))
            yield from _changes(changes)


def _baseline(release: Told, rows: Sequence[Told]) -> str:
    known = release["baseline"]
    if known is not None:
        title = " ".join(filter(None, (known["name"], known["version"])))
        return f"{title} ({known['source']})"
    reasons = (row["message"] for row in rows if row["family"] == "RELEASE" and row["message"])
    return next(reasons, "no earlier release")


def _bumps(release: Told, changes: int) -> Line:
    old, new = release["declared"]
    number = f"{changes} change{'' if changes == 1 else 's'}"
    told = f"{number}, {_said(release['needed'])} bump needed"
    if old is None or new is None:
        return Line(f"{told}; {'the baseline' if old is None else 'the pack'} declares no version")
    enough = ORDER.index(release["bump"]) >= ORDER.index(release["needed"])
    return Line(
        f"{told}, {_said(release['bump'])} declared ({old} to {new})", "" if enough else "warn"
    )


def _changes(changes: Sequence[Told]) -> Iterator[Line]:
    kinds = Counter((change["bump"], change["kind"]) for change in changes)
    for (bump, kind), number in sorted(kinds.items(), key=lambda each: -ORDER.index(each[0][0])):
        nodes = dict.fromkeys(
            change["node"] for change in changes if change["kind"] == kind and change["node"]
        )
        named = ", ".join(list(nodes)[:SHOWN]) + (", ..." if len(nodes) > SHOWN else "")
        times = f" x{number}" if number > 1 else ""
        yield Line(f"  {bump} {kind}{times}{': ' if named else ''}{named}", MARKS.get(bump, ""))


def _said(bump: str) -> str:
    return "no" if bump == "none" else bump
