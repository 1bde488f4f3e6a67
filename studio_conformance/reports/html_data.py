"""The data that ``report.html`` carries: small, so that 1 000s of nodes open at once.

A node's judgements are one string with a letter for each check; reasons for what was not judged
stand once each, with the nodes they hold for, as runs: first and last, first and last.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from sys import intern
from typing import Any

from studio_conformance.events import Event
from studio_conformance.reports.docs import page_of
from studio_conformance.reports.facts import Facts, PackFacts, within
from studio_conformance.reports.json_report import plain
from studio_conformance.reports.spool import Cells
from studio_conformance.reports.streaming import Rows

SAFE = 2**53 - 1
"""The largest whole number that JavaScript tells from the next."""
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


class Matrix:
    """What came of every check on every node of a pack."""

    def __init__(self, pack: PackFacts, codes: dict[str, int]) -> None:
        self.pack, self.codes = pack, codes
        names = (event["node"] for event in chain(pack.nodes, pack.executions))
        self.places: dict[str | None, int] = {None: 0}
        """Rows of the matrix: the pack itself is the first."""
        for name in names:
            self.places.setdefault(intern(name), len(self.places))
        self.cells = Cells(len(codes), NONE.encode())
        self.reasons: dict[tuple[int, str, str], array[int]] = {}
        """Runs of nodes by check, letter and reason."""

    def mark(self, row: Event) -> None:
        """Enter one judgement. A waiver may name a node that is not there: it has a row too."""
        place = self.places.setdefault(row["node"], len(self.places))
        check, letter = self.codes[row["code"]], letter_of(row)
        cells = self.cells[place]
        if GRAVITY.index(letter) >= GRAVITY.index(chr(cells[check])):
            cells[check] = ord(letter)
        if row["outcome"] in REASONED:
            _extend(self.reasons.setdefault((check, letter, row["message"]), array("L")), place)

    def nodes(self) -> Iterator[list[Any]]:
        """A row for each node: name, what is known of it, letters."""
        left = dict(self.places)
        yield [None, *_node(None, self.pack.about), self._letters(left.pop(None))]
        for node in self.pack.nodes:
            if node["node"] in left:
                place = left.pop(node["node"])
                yield [node["node"], *_node(node, self.pack.about), self._letters(place)]
        for name, place in left.items():
            yield [name, *_node(None, self.pack.about), self._letters(place)]

    def _letters(self, place: int) -> str:
        return self.cells[place].decode()


def _extend(runs: array[int], place: int) -> None:
    if runs and runs[-1] + 1 == place:
        runs[-1] = place
    else:
        runs.extend((place, place))


def build(events: Iterable[Event], facts: Facts) -> dict[str, Any]:
    """What the page is made from, as JSON data with Rows. ``events`` are read once more."""
    codes = {code: place for place, code in enumerate(facts.checks)}
    matrices = {label: Matrix(pack, codes) for label, pack in facts.packs.items()}
    for row in events:
        if row["event"] == "result":
            matrices[row["pack"]].mark(row)
    header, footer = facts.header, facts.footer
    return {
        "run": {
            **{key: header[key] for key in ("versions", "argv", "environment", "started")},
            **{key: footer[key] for key in ("exit_status", "complete", "finished", "seconds")},
            "verdict": facts.verdict,
        },
        "refused": [{key: e[key] for key in ("argument", "message")} for e in facts.refused],
        "checks": [_check(check, facts.levels) for check in facts.checks.values()],
        "packs": Rows(map(_pack, matrices.values())),
    }


def letter_of(row: Event) -> str:
    mild = row["outcome"] == "failed" and row["level"] == "warning"
    return "w" if mild else LETTERS[row["outcome"]]


def _check(check: Event, levels: dict[str, str]) -> list[str | None]:
    keys = ("code", "slug", "family", "title", "why", "fix")
    return [*(check[key] for key in keys), levels.get(check["code"]), page_of(check["code"])]


def _pack(matrix: Matrix) -> dict[str, Any]:
    pack, places = matrix.pack, matrix.places
    executions = ({**plain(e), "node": places[e["node"]]} for e in pack.executions)
    return {
        "about": {key: value for key, value in pack.about.items() if key != "event"},
        "totals": dict(pack.totals),
        "levels": dict(pack.levels),
        "results": pack.results,
        "fit": pack.fit,
        "counted": len(pack.nodes),
        "nodes": Rows(matrix.nodes()),
        "reasons": Rows([*key, runs.tolist()] for key, runs in matrix.reasons.items()),
        "findings": Rows(_finding(row, matrix) for row in pack.findings),
        "executions": Rows(executions),
        "output": pack.output and plain(pack.output),
        "deaths": Rows(map(plain, pack.deaths)),
        "release": pack.release
        and {**plain(pack.release), "changes": Rows(map(plain, pack.changes))},
    }


def _node(node: Event | None, about: Event) -> tuple[Any, ...]:
    """Display name, where it is defined, and what makes it unusual."""
    if node is None:
        return (None, None, None, "")
    file = within(node["file"], about) if node["file"] else None
    unusual = [] if node["registered"] else ["not registered"]
    unusual += [] if node["described"] else ["no schema"]
    return (node["display_name"], file, node["line"], ", ".join(unusual))


def _finding(row: Event, matrix: Matrix) -> dict[str, Any]:
    keys = ("id", "outcome", "message", "line", "input", "replay", "traceback", "waiver")
    example = row["example"]
    return {
        "check": matrix.codes[row["code"]],
        "node": matrix.places[row["node"]],
        "letter": letter_of(row),
        **{key: row[key] for key in keys if row[key]},
        **({"file": within(row["file"], matrix.pack.about)} if row["file"] else {}),
        **({"example": exact(example)} if example else {}),
    }


def exact(value: Any) -> Any:
    """``value`` with a text ``{"exact": ...}`` for each number that a browser would change, such as
    a seed of 64 bits, or refuse: NaN and infinity are no JSON."""
    if isinstance(value, dict):
        return {key: exact(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(exact, value))
    whole = isinstance(value, int) and abs(value) > SAFE
    odd = isinstance(value, float) and not math.isfinite(value)
    return {"exact": repr(value)} if whole or odd else value
