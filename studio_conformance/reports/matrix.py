"""Several logs as one table: packs down, environments across."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from studio_conformance.outcomes import MEANINGS
from studio_conformance.reports.facts import Facts, PackFacts
from studio_conformance.reports.html_report import page

MATRIX_VERSION = 1
ALWAYS = ("api level", "python")
"""Told of an environment even where all are alike."""

Environment = tuple[tuple[str, str], ...]


class Judged(NamedTuple):
    """What was judged of a pack in one environment."""

    nodes: set[str]
    codes: set[str]


def build(logs: Iterable[tuple[str, Facts]]) -> dict[str, Any]:
    """The table. ``logs``: names and facts, of which little is kept.

    A pack that was judged twice in one environment has a column of its own for the second time.
    """
    columns: list[tuple[Environment, str]] = []
    cells: dict[str, dict[int, dict[str, Any]]] = {}
    judged: dict[str, dict[int, Judged]] = {}
    for name, facts in logs:
        for pack in facts.packs.values():
            row = cells.setdefault(pack.about["name"], {})
            at = _column(columns, row, environment_of(facts, pack), name)
            row[at] = _cell(facts, pack)
            judged.setdefault(pack.about["name"], {})[at] = Judged(pack.judged, pack.codes)
    return {
        "schema_version": MATRIX_VERSION,
        "columns": [{"environment": dict(env), "log": log} for env, log in columns],
        "headings": _headings(columns),
        "rows": [
            {
                "pack": pack,
                "cells": [row.get(at) for at in range(len(columns))],
                "differs": _differences(row, judged[pack]),
            }
            for pack, row in sorted(cells.items())
        ],
    }


def environment_of(facts: Facts, pack: PackFacts) -> Environment:
    """What may decide how a pack fares, by name."""
    about, worker = pack.about, pack.about["worker"]
    told = {
        "api level": about["api_level"],
        "mode": about["mode"],
        "python": worker.get("python") or facts.header["versions"]["python"],
        "numpy": worker.get("numpy") or "",
        "torch": worker.get("torch") or "",
        "isolation": about["isolation"].get("kind", ""),
        "platform": facts.header["versions"]["platform"],
        "studio-conformance": facts.header["versions"]["studio-conformance"],
    }
    return tuple((name, str(value)) for name, value in told.items())


def _column(
    columns: list[tuple[Environment, str]], row: dict[int, Any], env: Environment, log: str
) -> int:
    for at, (known, _) in enumerate(columns):
        if known == env and at not in row:
            return at
    columns.append((env, log))
    return len(columns) - 1


def _cell(facts: Facts, pack: PackFacts) -> dict[str, Any]:
    failing: dict[str, list[str]] = {}
    for row in pack.failing:
        codes = failing.setdefault(row["node"] or "", [])
        if row["code"] not in codes:
            codes.append(row["code"])
    status = pack.status
    return {
        "version": pack.about["version"],
        "exit_status": status,
        "verdict": MEANINGS[status],
        "complete": not pack.missed and bool(facts.footer["complete"] or len(facts.packs) > 1),
        "nodes": len(pack.nodes),
        "fit": pack.fit,
        "errors": pack.levels["error"],
        "warnings": pack.levels["warning"],
        "errored": pack.totals["errored"],
        "not_tested": pack.totals["not_generable"] + pack.totals["not_reached"],
        "results": pack.results,
        "failing": failing,
    }


def _headings(columns: Sequence[tuple[Environment, str]]) -> list[str]:
    """What tells the columns apart, and the level and Python of each."""
    known = [dict(env) for env, _ in columns]
    names = list(known[0]) if known else []
    telling = [n for n in names if n in ALWAYS or len({env[n] for env in known}) > 1]
    told = [", ".join(f"{n} {env[n] or 'none'}" for n in telling) for env in known]
    twice = {text for text in told if told.count(text) > 1}
    return [
        f"{text}, log {log}" if text in twice else text
        for text, (_, log) in zip(told, columns, strict=True)
    ]


def _differences(row: dict[int, dict[str, Any]], judged: dict[int, Judged]) -> list[dict[str, Any]]:
    """Nodes (None: the pack) that don't fail by the same checks in every environment.

    ``codes`` is null where the node was judged by none of them: it is neither fit nor faulty there.
    An environment in which a check was left out does not differ by it.
    """
    nodes = dict.fromkeys(node for cell in row.values() for node in cell["failing"])
    found = []
    for node in nodes:
        failing = {at: cell["failing"].get(node, []) for at, cell in sorted(row.items())}
        known = {at: judged[at].codes for at in failing if not node or node in judged[at].nodes}
        codes = {code for each in failing.values() for code in each}
        if len(known) < len(failing) or any(_varies(code, failing, known) for code in codes):
            told = {
                at: None if codes.isdisjoint(known.get(at, ())) else failing[at] for at in failing
            }
            fails = [{"column": at, "codes": each} for at, each in told.items()]
            found.append({"node": node or None, "fails": fails})
    return found


def _varies(code: str, failing: dict[int, list[str]], known: dict[int, set[str]]) -> bool:
    return len({code in failing[at] for at, codes in known.items() if code in codes}) > 1


def render_json(table: dict[str, Any]) -> Iterator[str]:
    yield json.dumps(table, indent=1) + "\n"


def render_html(table: dict[str, Any]) -> Iterator[str]:
    yield from page("matrix", table)
