"""When a report calls itself complete, and what it counts; its schema is held elsewhere."""

from __future__ import annotations

from typing import Any

import logs

from studio_conformance.events import Event
from studio_conformance.reports.json_report import build_report
from studio_conformance.results import NOT_RUN

ROW = logs.a_result("EXEC-010", "Blur")


def report(*events: Event, **about: Any) -> dict[str, Any]:
    return build_report(logs.a_log(logs.a_pack_event(**about), *events), "tones")


def test_complete_is_what_was_judged_as_planned() -> None:
    assert report(ROW)["complete"] is True
    assert report(ROW, broken="OSError: no worker")["complete"] is False
    assert (
        report(ROW, logs.a_result("EXEC-010", "Fit", "not_reached", message=NOT_RUN))["complete"]
        is False
    )
    assert report()["complete"] is False


def test_errors_and_warnings_are_counted_apart() -> None:
    mild = logs.a_result("EXEC-015", "Blur", "failed", level="warning")
    totals = report(ROW, mild, logs.a_result("EXEC-015", "Fit", "failed"), mild)["totals"]
    assert (totals["failed"], totals["errors"], totals["warnings"]) == (3, 1, 2)
    assert (totals["results"], totals["checks"]) == (4, 2)


def test_a_report_tells_when_the_run_began_and_ended() -> None:
    told = report(ROW)["environment"]
    assert (told["started"], told["finished"]) == (
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:05:05+00:00",
    )
