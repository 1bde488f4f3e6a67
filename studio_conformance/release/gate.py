"""The gate itself: an earlier release and a loaded pack, and what their difference demands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypedDict

from studio_conformance.release.baseline import BadBaseline, Earlier, check_order
from studio_conformance.release.changes import ADDITIONS, Change
from studio_conformance.release.compare import compare
from studio_conformance.release.from_report import plain
from studio_conformance.release.interface import Interface
from studio_conformance.release.versions import covers, declared_bump, needed_bump, next_version

Outcome = Literal["compared", "no-earlier-release"]


ADDED = "minor-bump-missing"
"""The check that speaks of additions, all together."""


class Facts(TypedDict):
    """What another process needs to come to the same release (plain JSON)."""

    source: str
    name: str | None
    version: str | None
    interface: Interface | None
    missing: str
    broken: str


@dataclass(frozen=True)
class Release:
    """A pack's new release against an earlier one."""

    facts: Facts
    new: Interface
    changes: tuple[Change, ...] = ()
    """With file and line."""
    old_nodes: frozenset[str] = field(default=frozenset())
    accepted: frozenset[tuple[str, str | None]] = field(default=frozenset())
    """Kind and node of changes that a waiver in force is about."""

    @property
    def outcome(self) -> Outcome:
        return "no-earlier-release" if self.facts["missing"] else "compared"

    @property
    def declared(self) -> tuple[str | None, str | None]:
        """The old version and the new one."""
        return self.facts["version"], self.new["version"]

    @cached_property
    def bump(self) -> str:
        """The bump that the versions declare."""
        return declared_bump(*self.declared)

    @cached_property
    def needed(self) -> str:
        """The bump that the changes need, by the rule for the old version."""
        return needed_bump((change.bump for change in self.changes), self.facts["version"])

    @property
    def needed_version(self) -> str | None:
        """The lowest version that is enough; None where the old one is unknown."""
        old = self.facts["version"]
        known = declared_bump("0", old) != "none"
        return next_version(old, self.needed) if old and known and self.needed != "none" else None

    def is_covered(self, change: Change) -> bool:
        """Whether the declared versions announce a change of this weight."""
        return covers(self.bump, needed_bump([change.bump], self.facts["version"]))

    @cached_property
    def by_place(self) -> dict[tuple[str, str | None], list[Change]]:
        """Changes that the versions don't cover, by kind and node; None for those of the pack."""
        found: dict[tuple[str, str | None], list[Change]] = {}
        for change in self.uncovered():
            node = None if change.gone else change.node
            found.setdefault((change.kind, node), []).append(change)
        return found

    def unannounced(self, *, additions: bool = False) -> list[Change]:
        """``uncovered`` changes that nobody has accepted: those that ask for another version."""
        changes = self.uncovered(additions=additions)
        return [change for change in changes if (change.kind, change.node) not in self.accepted]

    def uncovered(self, *, additions: bool = False) -> list[Change]:
        """Changes that need a larger bump; with ``additions`` those that hurt nobody."""
        return [
            change
            for change in self.changes
            if (change.kind in ADDITIONS) == additions and not self.is_covered(change)
        ]


def comparable(old: Interface, new: Interface, source: str) -> None:
    """Raises BadBaseline when the two are not the same pack."""
    if plain(old["name"]) == plain(new["name"]):
        return
    named = f"the baseline {source} is the pack {old['name']!r}, not {new['name']!r}"
    if old["declared"] and new["declared"]:
        raise BadBaseline(f"{named}: name a release of the same pack")
    if not {n["id"] for n in old["nodes"]} & {n["id"] for n in new["nodes"]}:
        raise BadBaseline(f"{named}, and the two share no node: name a release of the same pack")


def facts_of(earlier: Earlier, interface: Interface | None, broken: str = "") -> Facts:
    """``interface`` None where there is no earlier release, or it could not be loaded."""
    return {
        "source": earlier.source,
        "name": earlier.name,
        "version": earlier.version,
        "interface": interface,
        "missing": earlier.missing,
        "broken": broken,
    }


def compared(facts: Facts, new: Interface, *, ordered: bool = True) -> Release:
    """The release, its changes not yet placed. Raises BadBaseline for a wrong pair.

    ``ordered``: the old version has to be below the new one.
    """
    old = facts["interface"]
    if old is None:
        return Release(facts, new)
    comparable(old, new, facts["source"])
    if ordered:
        check_order(Earlier(facts["source"], version=facts["version"]), new["version"])
    ids = frozenset(node["id"] for node in old["nodes"])
    return Release(facts, new, tuple(compare(old, new)), ids)


def event_of(release: Release, codes: dict[str, str]) -> dict[str, Any]:
    """The release as it stands in a log or a report. ``codes``: of checks, by kind of change."""
    facts = release.facts
    known = {key: facts[key] for key in ("name", "version", "source")}
    return {
        "baseline": known if release.outcome == "compared" else None,
        "outcome": release.outcome,
        "declared": list(release.declared),
        "bump": release.bump,
        "needed": release.needed,
        "changes": [_change(change, codes) for change in release.changes],
    }


def _change(change: Change, codes: dict[str, str]) -> dict[str, Any]:
    return {
        "code": codes[ADDED if change.kind in ADDITIONS else change.kind],
        "node": change.node,
        "kind": change.kind,
        "bump": change.bump,
        "what": change.what,
        "file": change.file,
        "line": change.line,
    }


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Those that need most first."""
    rank = {"major": 0, "minor": 1, "patch": 2}
    return sorted(changes, key=lambda change: rank[change.bump])
