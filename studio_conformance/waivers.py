"""Findings that a pack's owner accepts: by code and node, with a reason, perhaps until a day.

A waiver that waives nothing, or whose day has passed, is itself reported: a list of exceptions
that nobody prunes ends up hiding new faults.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_conformance.checks import Check
from studio_conformance.outcomes import JUDGED

if TYPE_CHECKING:
    from studio_conformance.results import Result


@dataclass(frozen=True)
class Waiver:
    """One accepted finding. ``node`` None means a finding about the pack itself."""

    code: str
    node: str | None
    reason: str
    expires: datetime.date | None = None
    """Last day on which it holds."""
    line: int | None = field(default=None, compare=False)
    """Where it stands in the pyproject.toml."""

    def matches(self, code: str, node: str | None) -> bool:
        return (self.code, self.node) == (code, node)

    def expired(self, today: datetime.date) -> bool:
        return self.expires is not None and self.expires < today

    @property
    def place(self) -> str:
        return f"{self.code} on {self.node or 'the pack'}"


def _never(_: object) -> Iterator[object]:
    raise NotImplementedError("judged over a whole run, not over one node or pack")


UNUSED = Check(
    code="WAIVER-001",
    slug="unused-waiver",
    title="Every waiver waives a finding.",
    why="A waiver left behind after the repair hides the same fault when it comes back.",
    fix="Delete the entry from [[tool.studio-conformance.waivers]].",
    level="warning",
    scope="pack",
    run=_never,  # type: ignore[arg-type]
)
EXPIRED = Check(
    code="WAIVER-002",
    slug="expired-waiver",
    title="No waiver is older than its expiry date.",
    why="The finding was accepted until a day that has passed, so it counts again.",
    fix="Mend the finding, or decide anew and set a later date with a reason that holds today.",
    level="warning",
    scope="pack",
    run=_never,  # type: ignore[arg-type]
)
HOUSE_RULES: dict[str, Check] = {check.code: check for check in (UNUSED, EXPIRED)}
"""Rules about the settings rather than the pack; they take no part in selection."""


def waiver_for(
    waivers: Sequence[Waiver], code: str, node: str | None, today: datetime.date
) -> Waiver | None:
    """The waiver in force for a finding, if any."""
    matching = (w for w in waivers if w.matches(code, node) and not w.expired(today))
    return next(matching, None)


def complaints(
    waivers: Sequence[Waiver], results: Iterable[Result], today: datetime.date
) -> Iterator[tuple[Check, Waiver, str]]:
    """(rule, waiver, message) for each waiver that has expired or that nothing needs.

    A waiver whose check did not run in this run (deselected, gated) is given no verdict.
    """
    reached = [r for r in results if r["outcome"] != "not_reached"]
    for waiver in waivers:
        if waiver.expired(today):
            yield EXPIRED, waiver, f"the waiver for {waiver.place} expired on {waiver.expires}"
            continue
        matching = [r for r in reached if waiver.matches(r["code"], r["node"])]
        if any(r["outcome"] == "waived" for r in matching):
            continue
        if matching:
            yield UNUSED, waiver, f"the waiver for {waiver.place} waives nothing"
        elif why := _stray(waiver, reached):
            yield UNUSED, waiver, f"the waiver for {waiver.place} {why}"


def _stray(waiver: Waiver, reached: Sequence[Result]) -> str | None:
    """What is wrong with a waiver whose check did run, on others; None where it did not run."""
    judged = [r for r in reached if r["code"] == waiver.code and r["outcome"] in JUDGED]
    if not judged:
        return None
    if waiver.node is None:
        return "waives nothing: the rule judges nodes, so it needs a node"
    # Of the pack as a whole, a rule may name nodes that are gone.
    whole = all(r["node"] is None for r in judged)
    return "waives nothing" if whole else "names no node of the pack"
