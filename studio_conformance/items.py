"""Packs, nodes and families as pytest's collectors and items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

from studio_conformance.log import is_failing
from studio_conformance.outcomes import JUDGED
from studio_conformance.pack_run import PackRun
from studio_conformance.planning import Unit
from studio_conformance.reports.lines import shown
from studio_conformance.reports.terminal import finding_lines
from studio_conformance.results import Result


class FindingsFailure(Exception):
    """An item has findings that fail the run."""

    def __init__(self, rows: list[Result]) -> None:
        super().__init__(", ".join(dict.fromkeys(f"{r['code']} {r['slug']}" for r in rows)))
        self.rows = rows


class FindingsRepr(TerminalRepr):
    """What a failed item shows: its findings, and no stack trace of ours."""

    def __init__(self, failure: FindingsFailure) -> None:
        self.rows = failure.rows
        first = self.rows[0]
        messages = shown(f"{failure}: {first['message']}")
        self.reprcrash = ReprFileLocation(first["file"] or "", first["line"] or 0, messages)

    def toterminal(self, tw: TerminalWriter) -> None:
        for row in self.rows:
            tw.line(f"{row['code']} {row['slug']} ({row['outcome']}, {row['level']})", red=True)
            for line in finding_lines(row):  # type: ignore[arg-type]
                tw.line(line.text)


class _Unplaced:
    """For nodes that stand in no folder of tests: every conftest that was loaded has its say."""

    config: pytest.Config

    @property
    def ihook(self) -> Any:
        return self.config.hook


class PackCollector(_Unplaced, pytest.Collector):
    """All items of one pack; its id is the pack's label."""

    def __init__(self, *, run: PackRun, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run

    def __repr__(self) -> str:
        return f"<Pack {self.name}>"

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        for name, units in groupby(self.run.units, key=lambda unit: unit.name):
            if name:
                yield NodeCollector.from_parent(self, name=name, run=self.run, units=list(units))
            else:
                yield from (family_item(self, self.run, unit) for unit in units)


class NodeCollector(_Unplaced, pytest.Collector):
    """The families of one node."""

    def __init__(self, *, run: PackRun, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.units = units
        node = units[0].node
        if node is not None:
            self.extra_keyword_matches.add(node.key)

    def __repr__(self) -> str:
        return f"<Node {self.name}>"

    def collect(self) -> Iterator[pytest.Item]:
        for unit in self.units:
            yield family_item(self, self.run, unit)


def family_item(parent: pytest.Collector, run: PackRun, unit: Unit) -> FamilyItem:
    item: FamilyItem = FamilyItem.from_parent(parent, name=unit.family, run=run, unit=unit)
    return item


class FamilyItem(_Unplaced, pytest.Item):
    """The checks of one family on one node, or on the pack."""

    def __init__(self, *, run: PackRun, unit: Unit, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run = run
        self.unit = unit
        self.rows: list[Result] = []

    def __repr__(self) -> str:
        return f"<Checks {self.name}>"

    def runtest(self) -> None:
        self.rows = self.run.run(self.unit)
        failing = [row for row in self.rows if is_failing(row, self.run.settings.level)]
        for name, key in (("studio_codes", "code"), ("studio_findings", "id")):
            values = dict.fromkeys(str(row[key]) for row in failing)  # type: ignore[literal-required]
            if values:
                self.user_properties.append((name, " ".join(values)))
        if failing:
            raise FindingsFailure(failing)
        if not any(row["outcome"] in JUDGED for row in self.rows):
            pytest.skip(self._why_nothing())

    def _why_nothing(self) -> str:
        gated = [row["message"] for row in self.rows if row["outcome"] == "not_reached"]
        return gated[0] if gated else f"no {self.unit.family} rule applies"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, FindingsFailure):
            return FindingsRepr(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        node = self.unit.node
        if node is not None and node.facts["file"]:
            return Path(node.facts["file"]), (node.facts["line"] or 1) - 1, self.nodeid
        return self.path, 0, self.nodeid  # No line at all would break a skip by a mark.
