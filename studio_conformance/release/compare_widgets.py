"""Whether the saved values of a node's widgets still reach the widgets they were saved for."""

from __future__ import annotations

from dataclasses import dataclass

from studio_conformance.release.compare_values import lost_types
from studio_conformance.release.interface import InputFace, NodeFace

SHOWN = 4
"""Moves that a message names one by one."""


@dataclass(frozen=True)
class Shift:
    """Saved values that reach another widget than before."""

    text: str
    causes: frozenset[str]
    """Inputs whose coming or going made it."""
    look_for: str | None
    """The input to point at in the new source."""


def shift_of(old: NodeFace, new: NodeFace, renamed: dict[str, str]) -> Shift | None:
    """The shift, or None when every saved value reaches its widget, or its input is gone too."""
    before = [_now_called(slot, renamed) for slot in old["widgets"]]
    after = new["widgets"]
    moves = [(i, a, b) for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b]
    if not moves:
        return _unseated(old, new, renamed, before[len(after) :])
    came, went = _strangers(after, before, moves), _strangers(before, after, moves)
    names = {item["name"] for item in old["inputs"]} | set(renamed.values())
    changes = _Causes(came, went, names, {item["name"] for item in new["inputs"]})
    told = [f"{_told(old['widgets'][i])} (value {i + 1}) goes to {_told(b)}" for i, _, b in moves]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    text = f"{changes.text()}; of saved values, {', '.join(told[:SHOWN])}{more}"
    causes = frozenset(map(_plain, came + went))
    return Shift(text, causes, _plain((came or [moves[0][2]])[0]))


def _unseated(
    old: NodeFace, new: NodeFace, renamed: dict[str, str], left: list[str]
) -> Shift | None:
    """Values at the end whose inputs are still there, and sockets now.

    What takes other types now is told by its types.
    """
    was = {renamed.get(item["name"], item["name"]): item for item in old["inputs"]}
    sockets = [i for i in new["inputs"] if i["name"] in left and not lost_types(was[i["name"]], i)]
    if not sockets:
        return None
    several = len(sockets) > 1
    named = ", ".join(repr(item["name"]) for item in sockets)
    text = f"{named} {'are no widgets' if several else 'is no widget'} any more: saved values for "
    text += f"{'them' if several else 'it'} are lost{_needs(sockets)}"
    return Shift(text, frozenset(), sockets[0]["name"])


def _needs(sockets: list[InputFace]) -> str:
    """What becomes of a node of a saved workflow."""
    if any(item["required"] for item in sockets):
        return ", and the node does not run without a link"
    return ", and the node runs without"


def _strangers(slots: list[str], others: list[str], moves: list[tuple[int, str, str]]) -> list[str]:
    """Those of ``slots`` that ``others`` lacks, before the last shared one or where values move."""
    shared = [index for index, slot in enumerate(slots) if slot in others]
    end = max(shared[-1] if shared else 0, moves[-1][0])
    return [slot for slot in slots[: end + 1] if slot not in others]


def _now_called(slot: str, renamed: dict[str, str]) -> str:
    name, plus, kind = slot.partition("+")
    return renamed.get(name, name) + plus + kind


def _plain(slot: str) -> str:
    return slot.partition("+")[0]


def _told(slot: str) -> str:
    name, _, kind = slot.partition("+")
    return f"the {kind} of {name!r}" if kind else repr(name)


@dataclass(frozen=True)
class _Causes:
    """Widgets that came and went, and the names of inputs before and after."""

    came: list[str]
    went: list[str]
    before: set[str]
    after: set[str]

    def text(self) -> str:
        fresh = [s for s in _leading(self.came) if _plain(s) not in self.before or "+" in s]
        shown = [s for s in _leading(self.came) if s not in fresh]
        gone = [s for s in _leading(self.went) if _plain(s) not in self.after or "+" in s]
        hidden = [s for s in _leading(self.went) if s not in gone]
        parts = (
            (fresh, "came before widgets that were there"),
            (shown, "became a widget"),
            (gone, "went"),
            (hidden, "is no widget any more"),
        )
        told = [f"{', '.join(map(_told, slots))} {verb}" for slots, verb in parts if slots]
        return " and ".join(told) or "the widgets stand in another order"


def _leading(slots: list[str]) -> list[str]:
    """Without the further widgets of an input that stands there itself."""
    return [slot for slot in slots if "+" not in slot or _plain(slot) not in slots]
