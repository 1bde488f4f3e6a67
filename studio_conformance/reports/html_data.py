"""The data that ``report.html`` carries: small, so that 1 000s of nodes open at once.

A node's judgements are one string with a letter for each check; reasons for what was not judged
stand once each, with the nodes they hold for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio_conformance.events import Event
from studio_conformance.reports.docs import page_of
from studio_conformance.reports.facts import Facts, PackFacts, within

NONE = "."
LETTERS = {
    "passed": "p",
    "waived": "v",
    "failed": "f",
    "errored": "e",
    "not_applicable": "a",
    "not_generable": "g",
    "not_reached": "r",
}
"""And ``w`` for a failed row of level warning."""
GRAVITY = ".pavgrwfe"
"""With several rows of a check on a node, the last of these stands for them."""
REASONED = ("not_applicable", "not_generable", "not_reached")

Reasons = dict[tuple[int, str, str], list[int]]
"""Check, letter and reason; nodes."""


def build(events: Iterable[Event], facts: Facts) -> dict[str, Any]:
    """What the page is made from, as JSON data. ``events`` are read once more."""
    codes = {code: place for place, code in enumerate(facts.checks)}
    places = {label: _places(pack) for label, pack in facts.packs.items()}
    cells = {label: [bytearray(b"." * len(codes)) for _ in at] for label, at in places.items()}
    reasons: dict[str, Reasons] = {label: {} for label in facts.packs}
    for row in events:
        if row["event"] == "result":
            label = row["pack"]
            node = places[label].get(row["node"])
            if node is None:  # A waiver may name a node that is not there.
                node = places[label][row["node"]] = len(cells[label])
                cells[label].append(bytearray(b"." * len(codes)))
            _mark(row, codes[row["code"]], node, cells[label][node], reasons[label])
    header, footer = facts.header, facts.footer
    return {
        "run": {
            **{key: header[key] for key in ("versions", "argv", "environment", "started")},
            **{key: footer[key] for key in ("exit_status", "complete", "finished", "seconds")},
            "verdict": facts.verdict,
        },
        "refused": [{key: e[key] for key in ("argument", "message")} for e in facts.refused],
        "checks": [_check(check, facts.levels) for check in facts.checks.values()],
        "packs": [
            _pack(pack, codes, places[label], cells[label], reasons[label])
            for label, pack in facts.packs.items()
        ],
    }


def _places(pack: PackFacts) -> dict[str | None, int]:
    """Rows of the matrix: the pack itself is the first."""
    names = [None, *(node["node"] for node in pack.nodes)]
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def _mark(row: Event, check: int, node: int, cells: bytearray, reasons: Reasons) -> None:
    letter = letter_of(row)
    if GRAVITY.index(letter) >= GRAVITY.index(chr(cells[check])):
        cells[check] = ord(letter)
    if row["outcome"] in REASONED:
        reasons.setdefault((check, letter, row["message"]), []).append(node)


def letter_of(row: Event) -> str:
    mild = row["outcome"] == "failed" and row["level"] == "warning"
    return "w" if mild else LETTERS[row["outcome"]]


def _check(check: Event, levels: dict[str, str]) -> list[str | None]:
    keys = ("code", "slug", "family", "title", "why", "fix")
    return [*(check[key] for key in keys), levels.get(check["code"]), page_of(check["code"])]


def _pack(
    pack: PackFacts,
    codes: dict[str, int],
    places: dict[str | None, int],
    cells: list[bytearray],
    reasons: Reasons,
) -> dict[str, Any]:
    known = {node["node"]: node for node in pack.nodes}
    return {
        "about": {key: value for key, value in pack.about.items() if key != "event"},
        "totals": dict(pack.totals),
        "levels": dict(pack.levels),
        "results": pack.results,
        "fit": pack.fit,
        "nodes": [
            [name, *_node(known.get(name), pack.about), cells[place].decode()]
            for name, place in places.items()
        ],
        "reasons": [[*key, nodes] for key, nodes in reasons.items()],
        "findings": [_finding(row, pack, codes, places) for row in pack.findings],
        "executions": [{**_without(e, "node"), "node": places[e["node"]]} for e in pack.executions],
        "output": pack.output and _without(pack.output),
        "deaths": [_without(death) for death in pack.deaths],
        "release": pack.release and _without(pack.release),
    }


def _without(event: Event, *keys: str) -> dict[str, Any]:
    return {k: v for k, v in event.items() if k not in ("event", "pack", *keys)}


def _node(node: Event | None, about: Event) -> tuple[Any, ...]:
    """Display name, where it is defined, and what makes it unusual."""
    if node is None:
        return (None, None, None, "")
    file = within(node["file"], about) if node["file"] else None
    unusual = [] if node["registered"] else ["not registered"]
    unusual += [] if node["described"] else ["no schema"]
    return (node["display_name"], file, node["line"], ", ".join(unusual))


def _finding(
    row: Event, pack: PackFacts, codes: dict[str, int], places: dict[str | None, int]
) -> dict[str, Any]:
    keys = ("id", "outcome", "message", "line", "input", "replay", "traceback", "waiver")
    example = row["example"]
    return {
        "check": codes[row["code"]],
        "node": places[row["node"]],
        "letter": letter_of(row),
        **{key: row[key] for key in keys if row[key]},
        **({"file": within(row["file"], pack.about)} if row["file"] else {}),
        **({"example": example} if example else {}),
    }
