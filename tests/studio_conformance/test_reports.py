from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from descriptions import (
    a_failure,
    a_node,
    a_pack,
    a_problem,
    an_input,
    an_inspection,
    make_folder,
)

import studio_conformance
from studio_conformance.events import Event, read_events, write_events
from studio_conformance.log import build_events
from studio_conformance.reports.formats import write_reports
from studio_conformance.reports.json_report import build_report
from studio_conformance.reports.terminal import render
from studio_conformance.session import open_session

pytestmark = pytest.mark.usefixtures("rules")
SCHEMAS = Path(studio_conformance.__file__).parent / "schemas"
SNAPSHOT = Path(__file__).parents[1] / "data" / "terminal_summary.txt"
SETTINGS = """\
[project]
name = "my-pack"
version = "1.2"
[[tool.studio-conformance.waivers]]
code = "SCHEMA-001"
node = "Old"
reason = "kept for old workflows"
[[tool.studio-conformance.waivers]]
code = "SCHEMA-001"
node = "Gone"
reason = "nobody remembers"
"""


@pytest.fixture
def events(tmp_path: Path, inspections: dict[str, object]) -> list[Event]:
    """A run with every outcome that can occur: a mixed pack, a dead one, a refused one."""
    inspections["mypack"] = a_pack(
        a_node("Sound", inputs=[an_input("image")]),
        a_node("Faulty", file="/packs/mypack/nodes.py", line=3, inputs=[an_input("bad")]),
        a_node("Old", inputs=[an_input("bad_one")]),
        a_node("BreaksTheCheck"),
        a_node("Silent", failure=a_failure()),
        a_node("Newer", kind="v3", route="v3"),
    )
    inspections["dead"] = an_inspection(
        a_pack(load={"loaded": False}, problems=[a_problem("import-failed", "No: boom")]),
        output="first\nTraceback\nboom\n",
        output_bytes=21,
    )
    make_folder(tmp_path, "mypack", SETTINGS)
    make_folder(tmp_path, "dead")
    session = open_session(["mypack", "dead", "nowhere"], {}, tmp_path)
    session.load()
    session.run_all()
    return build_events(session, argv=["pytest", "--studio-pack=mypack"])


def _schema(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("mark", [None, "folder", "file"])
def test_the_log_names_the_checkout(
    tmp_path: Path, inspections: dict[str, object], mark: str | None
) -> None:
    """In a worktree, or a submodule, git leaves a file."""
    repository = tmp_path / "repository"
    make_folder(repository / "packs", "mypack")
    if mark == "folder":
        (repository / ".git").mkdir()
    elif mark == "file":
        (repository / ".git").write_text("gitdir: elsewhere")
    session = open_session([str(repository / "packs" / "mypack")], {}, tmp_path)
    session.load()
    (pack,) = (e for e in build_events(session, argv=[]) if e["event"] == "pack")
    assert pack["repository"] == (str(repository) if mark else None)


def test_every_event_is_of_the_shipped_schema(events: list[Event], tmp_path: Path) -> None:
    schema = _schema("events")
    write_events(tmp_path / "events.jsonl", events)
    for event in read_events(tmp_path / "events.jsonl"):
        schema.validate(event)
    assert {event["event"] for event in events} >= {"header", "refused", "output", "footer"}


@pytest.mark.parametrize("pack", ["my-pack", "dead"])
def test_every_report_is_of_the_shipped_schema(events: list[Event], pack: str) -> None:
    _schema("report").validate(build_report(events, pack))


def test_the_schema_refuses_what_is_not_promised(events: list[Event]) -> None:
    report = build_report(events, "my-pack")
    for key in ("complete", "totals", "results"):
        assert list(_schema("report").iter_errors({k: v for k, v in report.items() if k != key}))
    row = {**report["results"][0], "outcome": "ok"}
    assert list(_schema("report").iter_errors({**report, "results": [row]}))


def test_totals_are_counts_of_the_rows(events: list[Event]) -> None:
    report = build_report(events, "my-pack")
    totals: dict[str, Any] = dict(report["totals"])
    counted = Counter(row["outcome"] for row in report["results"])
    assert totals.pop("results") == len(report["results"]) == sum(counted.values())
    assert totals.pop("nodes") == len(report["nodes"]) == 6
    assert totals.pop("checks") == 6
    assert (totals.pop("errors"), totals.pop("warnings")) == (1, 3)
    assert totals == {**dict.fromkeys(totals, 0), **counted}
    assert set(counted) == {
        "passed",
        "failed",
        "errored",
        "waived",
        "not_applicable",
        "not_reached",
    }


def test_a_report_can_be_made_again_from_the_log(events: list[Event], tmp_path: Path) -> None:
    write_events(tmp_path / "events.jsonl", events)
    again = read_events(tmp_path / "events.jsonl")
    assert build_report(again, "my-pack") == build_report(events, "my-pack")
    assert render(again) == render(events)


def test_several_packs_have_a_folder_each(events: list[Event], tmp_path: Path) -> None:
    files = write_reports(tmp_path / "out", events, ["json"])
    assert [str(f.relative_to(tmp_path / "out")) for f in files] == [
        "my-pack/report.json",
        "dead/report.json",
    ]


def test_a_single_pack_has_the_folder_to_itself(events: list[Event], tmp_path: Path) -> None:
    alone = [event for event in events if event.get("pack") != "dead"]
    assert write_reports(tmp_path, alone, ["json"]) == [tmp_path / "report.json"]


def test_a_partial_run_is_not_complete(events: list[Event]) -> None:
    assert build_report(events, "my-pack")["complete"] is True
    missed = {"outcome": "not_reached", "message": "not run (deselected, or the run ended early)"}
    part = [{**e, **missed} if e.get("code") == "V1-001" and "node" in e else e for e in events]
    assert build_report(part, "my-pack")["complete"] is False
    assert build_report(part, "dead")["complete"] is True


def test_the_terminal_summary_is_as_recorded(events: list[Event], tmp_path: Path) -> None:
    text = "\n".join(line.text for line in render(events)) + "\n"
    text = text.replace(str(tmp_path), "/packs")
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def test_every_finding_can_be_acted_on(events: list[Event]) -> None:
    text = "\n".join(line.text for line in render(events))
    for row in build_report(events, "my-pack")["results"]:
        if row["outcome"] == "failed" and row["level"] == "error":
            told = (row["code"], row["node"], row["message"], row["why"], row["fix"], row["replay"])
            assert all(part in text for part in told)
            assert f"{row['file']}:{row['line']}" in text


def test_many_warnings_are_cut_and_counted(tmp_path: Path, inspections: dict[str, object]) -> None:
    inspections["mypack"] = a_pack(*(a_node(f"Node{i}") for i in range(9)))
    make_folder(tmp_path)
    session = open_session(["mypack"], {}, tmp_path)
    session.load()
    session.run_all()
    events = build_events(session, argv=[])
    short, whole = ("\n".join(x.text for x in render(events, verbose=v)) for v in (False, True))
    assert "... and 4 more" in short
    assert not re.search(r"^  Node8\b", short, re.MULTILINE)
    assert re.search(r"^  Node8\b", whole, re.MULTILINE)
