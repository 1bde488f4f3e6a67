"""Links between nodes, and whether the types at their ends fit."""

from __future__ import annotations

from typing import Any

from reference_runtime.api.graph import is_link
from reference_runtime.engine.nodehost import WireType
from reference_runtime.levels import ACTIVE

__all__ = ["compatible", "is_link", "parents"]


def parents(inputs: dict[str, Any] | None) -> list[tuple[str, str, int]]:
    """(input, node, output) of each link among a node's inputs."""
    return [(k, v[0], v[1]) for k, v in (inputs or {}).items() if is_link(v)]


def compatible(received: WireType, wanted: WireType) -> bool:
    """Whether an output of type ``received`` may be linked to an input of type ``wanted``.

    The host asks ``!=`` of the received type first (B15), then lets comma-separated sets overlap;
    at latest a ``*`` on either side fits all.
    """
    if not _unequal(received, wanted):
        return True
    if ACTIVE.level.rank >= 2 and _fits_at_latest(received.text, wanted.text):
        return True
    if not (isinstance(received.text, str) and isinstance(wanted.text, str)):
        return False
    return bool(_parts(received.text) & _parts(wanted.text))


def _unequal(left: WireType, right: WireType) -> bool:
    """``left != right`` as their type objects answer; a subclass of str on the right goes first."""
    if left.compare == "plain" and right.compare != "plain":
        left, right = right, left
    if left.compare == "always":
        return False
    if left.compare == "plain" or not (isinstance(left.text, str) and isinstance(right.text, str)):
        return bool(left.text != right.text)
    if "*" in (left.text, right.text):
        return False
    mine, theirs = set(left.text.split(",")), set(right.text.split(","))
    return not (mine <= theirs or theirs <= mine)


def _parts(text: str) -> set[str]:
    return {part.strip() for part in text.split(",")}


def _fits_at_latest(received: Any, wanted: Any) -> bool:
    mine = {"COMBO"} if isinstance(received, list) else _parts(str(received))
    theirs = {"COMBO"} if isinstance(wanted, list) else _parts(str(wanted))
    if "*" in mine or "*" in theirs:
        return True
    return isinstance(received, list) != isinstance(wanted, list) and mine == theirs
