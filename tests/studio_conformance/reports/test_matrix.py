"""What the cells of the matrix say; ``test_cli_report.py`` has the command."""

from __future__ import annotations

from typing import Any

import logs

from studio_conformance.events import Event
from studio_conformance.reports.facts import gather
from studio_conformance.reports.matrix import build
from studio_conformance.results import NOT_RUN


def cell(*events: Event, **fields: Any) -> dict[str, Any]:
    """The first pack's cell of a table of one log."""
    table = build([("log", gather(logs.a_log(*events, **fields)))])
    found: dict[str, Any] = table["rows"][0]["cells"][0]
    return found


def test_a_cell_counts_what_was_not_tested() -> None:
    told = cell(*logs.every_outcome())
    assert (told["errors"], told["warnings"], told["errored"]) == (1, 1, 1)
    assert (told["not_tested"], told["results"]) == (2, 9)


def test_a_check_that_fails_twice_is_named_once() -> None:
    row = logs.a_result("EXEC-010", "Blur", "failed")
    other = logs.a_result("LOAD-001", None, "failed")
    told = cell(logs.a_pack_event(), row, row, other)
    assert told["failing"] == {"Blur": ["EXEC-010"], "": ["LOAD-001"]}


def test_a_cell_is_complete_when_all_of_its_pack_was_run() -> None:
    row = logs.a_result("EXEC-010", "Blur")
    missed = logs.a_result("EXEC-010", "Blur", "not_reached", message=NOT_RUN)
    assert cell(logs.a_pack_event(), row)["complete"] is True
    assert cell(logs.a_pack_event(), row, missed)["complete"] is False
    assert cell(logs.a_pack_event(), row, complete=False)["complete"] is False
    other = [logs.a_pack_event("z"), logs.a_result("EXEC-010", "Blur", "failed", label="z")]
    assert cell(logs.a_pack_event(), row, *other, complete=False)["complete"] is True
