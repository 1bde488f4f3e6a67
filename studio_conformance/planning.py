"""What is planned for a pack: checks of one family on one node, or on the pack, make a unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from studio_conformance.checks import Check
from studio_conformance.kept import Replay
from studio_conformance.results import safe_name
from studio_conformance.subject import Node, Pack

RUNNING = ("EXEC", "RPC", "SANDBOX")
"""Families of checks for which nodes are run."""


@dataclass(frozen=True)
class Unit:
    """What runs together: the checks of one family on one node, or on the pack (``node`` None)."""

    name: str
    """The node's safe name, unique in the pack; empty for the pack."""
    family: str
    node: Node | None
    checks: tuple[Check, ...]

    def item_id(self, label: str) -> str:
        return "::".join(part for part in (label, self.name, self.family) if part)


def units_of(subject: Pack | None, checks: Sequence[Check]) -> list[Unit]:
    """What the checks are to judge, pack first. Without a subject: the pack's own checks."""
    pack_units = [Unit("", f, None, c) for f, c in _by_family(checks, "pack")]
    nodes = subject.nodes if subject else []
    names = unique_names([safe_name(node.key) for node in nodes])
    families = _by_family(checks, "node")
    return pack_units + [
        Unit(name, family, node, theirs)
        for name, node in zip(names, nodes, strict=True)
        for family, theirs in families
    ]


def _by_family(checks: Sequence[Check], scope: str) -> list[tuple[str, tuple[Check, ...]]]:
    families: dict[str, list[Check]] = {}
    for check in checks:
        if check.scope == scope:
            families.setdefault(check.family, []).append(check)
    return [(family, tuple(theirs)) for family, theirs in families.items()]


def replayed(units: Iterable[Unit], only: tuple[Replay, ...]) -> Iterator[Unit]:
    """The checks on the nodes that the replays are about."""
    wanted = {(replay.node, replay.code) for replay in only}
    for unit in units:
        node = unit.node.key if unit.node else None
        checks = tuple(check for check in unit.checks if (node, check.code) in wanted)
        if checks:
            yield replace(unit, checks=checks)


def unique_names(names: Sequence[str]) -> list[str]:
    """``names`` with ``_2``, ``_3`` ... put to those that came before."""
    taken: set[str] = set()
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        unique.append(candidate)
    return unique
