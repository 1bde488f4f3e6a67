"""A row of the results: what came of a check, and what a reader needs in order to act on it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio_conformance.checks import Check
from studio_conformance.planning import Unit
from studio_conformance.results import (
    Example,
    Result,
    diff_command,
    finding_id,
    replay_command,
    rerun_command,
)
from studio_conformance.runner import Verdict
from studio_conformance.waivers import complaints, waiver_for

if TYPE_CHECKING:
    from studio_conformance.pack_run import PackRun


@dataclass
class RowMaker:
    """Makes the rows of one pack."""

    run: PackRun
    _blanks: dict[str, Result] = field(default_factory=dict)
    """By code."""

    def row(self, check: Check, unit: Unit, verdict: Verdict) -> Result:
        """One row; a finding that the settings waive, or that is known, does not count."""
        row = self._blank(check).copy()
        row["node"] = node = unit.node.key if unit.node else verdict.node
        row["id"] = finding_id(check.code, self.run.target.name, node, verdict.input)
        row["outcome"], row["message"] = verdict.outcome, verdict.message
        if verdict.level is not None and check.code not in dict(self.run.settings.levels):
            row["level"] = verdict.level
        if verdict.outcome not in ("failed", "errored"):
            return row  # Nothing to look at: nearly all rows of a run are such.
        row["file"], row["line"], row["input"] = verdict.file, verdict.line, verdict.input
        row["traceback"] = verdict.traceback
        row["example"] = example = self._example(unit, verdict)
        row["replay"] = self._rerun(row["id"]) if example else self._replay(check, unit)
        return self._waive(row) if verdict.outcome == "failed" else row

    def _blank(self, check: Check) -> Result:
        """The row of a check before it is known what it is about and what came of it."""
        blank = self._blanks.get(check.code)
        if blank is None:
            blank = self._blanks[check.code] = {
                "pack": self.run.label,
                "id": "",
                "code": check.code,
                "slug": check.slug,
                "family": check.family,
                "level": check.level,
                "node": None,
                "outcome": "passed",
                "message": "",
                "file": None,
                "line": None,
                "input": None,
                "replay": None,
                "traceback": None,
                "waiver": None,
                "example": None,
            }
        return blank

    def _waive(self, row: Result) -> Result:
        waiver = waiver_for(self.run.settings.waivers, row["code"], row["node"], today())
        reason = waiver.reason if waiver else self._known_reason(row)
        if reason is not None:
            row["outcome"], row["waiver"] = "waived", reason
        return row

    def _known_reason(self, row: Result) -> str | None:
        """Why the finding does not count, where the file of known findings lists it."""
        if self.run.known is None:
            return None
        return self.run.known.reason(self.run.target.name, row["code"], row["node"], row["input"])

    def _replay(self, check: Check, unit: Unit) -> str:
        """The command that judges this check on this node, or pack, again."""
        path, level, settings = str(self.run.target.path), self.run.level.name, self.run.settings
        if check.family == "RELEASE" and settings.baseline is not None:
            return diff_command(settings.baseline, path, level)
        name, isolation = unit.name or None, settings.isolation
        return replay_command(path, level, settings.mode, check.code, name, isolation)

    def _rerun(self, identity: str) -> str:
        """The command that runs the node on the input of the finding again."""
        path, level, settings = str(self.run.target.path), self.run.level.name, self.run.settings
        fakes, isolation = settings.fakes, settings.isolation
        return rerun_command(path, level, settings.mode, identity, fakes, isolation)

    def _example(self, unit: Unit, verdict: Verdict) -> Example | None:
        """The input of the case that the verdict was come to by."""
        if verdict.case is None or unit.node is None:
            return None
        for record in unit.node.execution["cases"]:
            if record["case"]["id"] == verdict.case:
                return {key: record[key] for key in ("case", "text", "snippet")}  # type: ignore[return-value]
        return None

    def complaints(self, rows: list[Result]) -> Iterator[Result]:
        """Rows about waivers that ``rows`` have no use for, or that are past their time."""
        settings = self.run.settings
        for check, waiver, message in complaints(settings.waivers, rows, today()):
            verdict = Verdict("failed", message, str(settings.file), waiver.line, waiver.place)
            row = self.row(check, Unit("", check.family, None, (check,)), verdict)
            row["node"], row["replay"] = waiver.node, None
            yield row


def today() -> datetime.date:
    return datetime.datetime.now(datetime.timezone.utc).date()
