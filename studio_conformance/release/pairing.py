"""Which node or input of a new release is which of the old one, also under another name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

from studio_conformance.release.interface import InputFace, Interface, NodeFace

ALIKE = 0.6
"""From this likeness on (0..1), two names are taken for one name rewritten."""


class Renamed(NamedTuple):
    old: NodeFace
    new: NodeFace
    why: str
    """How the two were recognised as one."""


@dataclass
class Pairs:
    """All nodes of both releases, each in one list."""

    kept: list[tuple[NodeFace, NodeFace]] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    replaced: list[tuple[NodeFace, str]] = field(default_factory=list)
    """Gone, with a replacement rule that names the node (by id) in its place."""
    removed: list[NodeFace] = field(default_factory=list)
    added: list[NodeFace] = field(default_factory=list)


def pair_nodes(old: Interface, new: Interface) -> Pairs:
    """Pair by id, then by the pack's own replacement rules, then by what the nodes are."""
    after = {node["id"]: node for node in new["nodes"]}
    before = {node["id"]: node for node in old["nodes"]}
    pairs = Pairs(kept=[(node, after[key]) for key, node in before.items() if key in after])
    pairs.added = [node for key, node in after.items() if key not in before]
    rules = _rules(new, set(after))
    for key, node in before.items():
        if key in after:
            continue
        if key in rules:
            pairs.replaced.append((node, rules[key]))
        else:
            _pair_renamed(node, pairs)
    return pairs


def _rules(new: Interface, known: set[str]) -> dict[str, str]:
    """Old id to new id, of the rules whose new node exists, in the pack or on the host."""
    from reference_runtime.host.core_nodes import core_node_ids

    found = {r.get("old_node_id"): r.get("new_node_id") for r in new["replacements"]}
    texts = {o: n for o, n in found.items() if isinstance(o, str) and isinstance(n, str)}
    core = core_node_ids() if texts else frozenset()
    return {before: now for before, now in texts.items() if now in known or now in core}


def _pair_renamed(node: NodeFace, pairs: Pairs) -> None:
    for why, same in _LIKENESSES:
        alike = [each for each in pairs.added if same(node, each)]
        if len(alike) == 1:
            pairs.renamed.append(Renamed(node, alike[0], why))
            pairs.added = [each for each in pairs.added if each is not alike[0]]
            return
    pairs.removed.append(node)


def _same_class(old: NodeFace, new: NodeFace) -> bool:
    return old["class_name"] == new["class_name"] and _shape(old)[1] == _shape(new)[1]


def _same_title(old: NodeFace, new: NodeFace) -> bool:
    titled = old["display_name"] != old["id"]
    return titled and old["display_name"] == new["display_name"]


def _same_shape(old: NodeFace, new: NodeFace) -> bool:
    """Equal inputs and outputs, of a node large enough for that to say something."""
    likely = similar(old["id"], new["id"]) or similar(old["class_name"], new["class_name"])
    described = old["described"] and new["described"]
    return described and likely and len(old["inputs"]) > 1 and _shape(old) == _shape(new)


def _shape(node: NodeFace) -> tuple[list[tuple[str, str]], list[str]]:
    inputs = [(item["name"], item["type"]) for item in node["inputs"]]
    return inputs, [item["type"] for item in node["outputs"]]


_LIKENESSES: list[tuple[str, Callable[[NodeFace, NodeFace], bool]]] = [
    ("the same class", _same_class),
    ("shown by the same name", _same_title),
    ("the same inputs and outputs", _same_shape),
]


def similar(one: str, other: str) -> bool:
    """Whether one name is the other rewritten."""
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= ALIKE


def pair_inputs(old: Sequence[InputFace], new: Sequence[InputFace]) -> dict[str, str]:
    """Names of inputs that are gone, and the names under which they live on.

    A pair has one type, and stands between the same inputs, or has both a similar name and the
    same default and range.
    """
    before, after = [item["name"] for item in old], [item["name"] for item in new]
    gone = [item for item in old if item["name"] not in after]
    fresh = [item for item in new if item["name"] not in before]
    found: dict[str, str] = {}
    for item in gone:
        scored = [(_likeness(item, each, before, after), each["name"]) for each in fresh]
        best = max(scored, default=(0, ""), key=lambda pair: pair[0])
        if best[0] >= 2:
            found[item["name"]] = best[1]
            fresh = [each for each in fresh if each["name"] != best[1]]
    return found


def _likeness(old: InputFace, new: InputFace, before: list[str], after: list[str]) -> int:
    if (old["type"], old["widget"]) != (new["type"], new["widget"]):
        return 0
    around = _neighbours(old["name"], before)
    placed = 2 * (around == _neighbours(new["name"], after) != (None, None))
    ruled = _rule(old) == _rule(new) and old["widget"]
    return placed + ruled + similar(old["name"], new["name"])


def _neighbours(name: str, names: list[str]) -> tuple[str | None, str | None]:
    place = names.index(name)
    left = names[place - 1] if place else None
    return left, names[place + 1] if place + 1 < len(names) else None


def _rule(item: InputFace) -> list[object]:
    return [item.get(key) for key in ("default", "min", "max", "options")]
