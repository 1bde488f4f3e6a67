"""Rows: which level counts, what excuses a finding, and which input it was seen on."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, an_input, make_folder
from rules import RULES

from studio_conformance.known import Days, Identity, KnownFindings
from studio_conformance.pack_run import PackRun
from studio_conformance.planning import Unit
from studio_conformance.rows import RowMaker, today
from studio_conformance.runner import Verdict
from studio_conformance.session import open_session
from studio_conformance.waivers import Waiver

pytestmark = pytest.mark.usefixtures("rules")
CHECK = RULES["SCHEMA-001"]
FAILED = Verdict("failed", "it is bad", "/packs/mypack/nodes.py", 3, "bad")
DAY = datetime.date(2026, 1, 2)


@pytest.fixture
def run(tmp_path: Path, inspections: dict[str, object]) -> PackRun:
    inspections["mypack"] = a_pack(a_node("Faulty", inputs=[an_input("bad")]))
    make_folder(tmp_path)
    session = open_session(["mypack"], {}, tmp_path)
    session.load()
    return session.packs[0]


def unit_of(run: PackRun) -> Unit:
    return next(unit for unit in run.units if unit.node and unit.family == "SCHEMA")


def test_the_owners_level_counts_before_that_of_the_case(run: PackRun) -> None:
    mild = replace(FAILED, level="warning")
    assert RowMaker(run).row(CHECK, unit_of(run), mild)["level"] == "warning"
    run.settings = replace(run.settings, levels=(("SCHEMA-001", "error"),))
    assert RowMaker(run).row(CHECK, unit_of(run), mild)["level"] == "error"


def test_a_waiver_counts_before_the_file_of_known_findings(run: PackRun) -> None:
    identity = Identity(run.target.name, "SCHEMA-001", "Faulty", "bad")
    run.known = KnownFindings(Path("known.json"), {identity: Days(DAY, DAY)})
    row = RowMaker(run).row(CHECK, unit_of(run), FAILED)
    assert (row["outcome"], row["waiver"]) == ("waived", "known since 2026-01-02")
    run.settings = replace(run.settings, waivers=(Waiver("SCHEMA-001", "Faulty", "kept"),))
    row = RowMaker(run).row(CHECK, unit_of(run), FAILED)
    assert (row["outcome"], row["waiver"]) == ("waived", "kept")


@pytest.mark.parametrize("outcome", ["passed", "errored", "not_reached"])
def test_only_what_failed_can_be_waived(run: PackRun, outcome: Any) -> None:
    run.settings = replace(run.settings, waivers=(Waiver("SCHEMA-001", "Faulty", "kept"),))
    row = RowMaker(run).row(CHECK, unit_of(run), replace(FAILED, outcome=outcome))
    assert (row["outcome"], row["waiver"]) == (outcome, None)
    assert (row["file"] is None) == (outcome != "errored")


def test_rows_of_a_check_share_nothing(run: PackRun) -> None:
    maker = RowMaker(run)
    first = maker.row(CHECK, unit_of(run), FAILED)
    second = maker.row(CHECK, unit_of(run), Verdict("passed"))
    assert (first["outcome"], second["outcome"], second["line"]) == ("failed", "passed", None)


def test_a_pack_may_speak_of_a_node_that_it_does_not_have(run: PackRun) -> None:
    unit = Unit("", "LOAD", None, (RULES["LOAD-001"],))
    verdict = Verdict("failed", "gone", node="Gone")
    assert RowMaker(run).row(RULES["LOAD-001"], unit, verdict)["node"] == "Gone"


def test_the_input_is_that_of_the_case_it_was_seen_in(run: PackRun) -> None:
    cases = [
        {"case": {"id": name}, "text": f"text {name}", "snippet": f"snippet {name}", "x": 1}
        for name in ("one", "two")
    ]
    assert run.subject is not None
    run.subject.exercise = lambda node: {"cases": cases}  # type: ignore[assignment,return-value]
    row = RowMaker(run).row(CHECK, unit_of(run), replace(FAILED, case="two"))
    assert row["example"] == {"case": {"id": "two"}, "text": "text two", "snippet": "snippet two"}
    assert f"--studio-replay={row['id']}" in (row["replay"] or "")
    other = RowMaker(run).row(CHECK, unit_of(run), replace(FAILED, case="three"))
    assert other["example"] is None
    assert "--studio-replay" not in (other["replay"] or "")


def test_a_complaint_points_at_the_waiver(run: PackRun) -> None:
    waiver = Waiver("SCHEMA-001", "Faulty", "kept", today() - datetime.timedelta(1), line=7)
    run.settings = replace(run.settings, waivers=(waiver,), file=Path("/x/pyproject.toml"))
    (row,) = RowMaker(run).complaints([])
    assert (row["code"], row["node"], row["outcome"]) == ("WAIVER-002", "Faulty", "failed")
    assert (row["file"], row["line"], row["replay"]) == ("/x/pyproject.toml", 7, None)
