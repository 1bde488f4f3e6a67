"""One change of a pack's interface, before it is given its code and its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio_conformance.checks import Bump

BUMPS: dict[str, Bump] = {
    "node-removed": "major",
    "node-renamed": "major",
    "output-removed": "major",
    "output-retyped": "major",
    "output-order-changed": "major",
    "input-removed": "major",
    "input-renamed": "major",
    "required-input-added": "major",
    "widget-order-shifted": "major",
    "input-type-narrowed": "major",
    "range-narrowed": "major",
    "option-removed": "major",
    "list-flags-changed": "major",
    "output-node-lost": "major",
    "required-widget-added": "minor",
    "default-changed": "minor",
    "output-node-gained": "minor",
    "category-changed": "minor",
    "display-name-changed": "minor",
    "output-renamed": "minor",
    "function-renamed": "minor",
    "class-renamed": "minor",
    "module-removed": "minor",
    "mappings-gone": "minor",
    "node-added": "minor",
    "input-added": "minor",
    "output-added": "minor",
}
"""Every kind of change, and the version bump it needs from 1.0.0 on."""
ADDITIONS = frozenset({"node-added", "input-added", "output-added"})
"""Kinds that hurt nobody: no findings of their own."""

Part = Literal["inputs", "outputs", "class", "mapping", "attribute"]


@dataclass(frozen=True)
class Change:
    """What changed. ``node``: the id it is about, for a node that is gone the old one."""

    kind: str
    what: str
    """One sentence: from what to what, and who notices."""
    node: str | None = None
    name: str | None = None
    """The input, output or module concerned: part of a finding's identity."""
    look_for: str | None = None
    """The input id or attribute to point at in the new source; None for the part as a whole."""
    part: Part = "class"
    gone: bool = False
    """The new pack has no such node: it is about the pack."""
    file: str | None = None
    line: int | None = None

    @property
    def bump(self) -> Bump:
        return BUMPS[self.kind]
