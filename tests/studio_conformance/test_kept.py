"""Inputs of findings kept for a replay, and found again in logs and reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio_conformance.events import LOG_VERSION, write_events
from studio_conformance.kept import NoSuchFinding, keep, kept_file, recall, replays_in

CASE = {
    "id": "defaults", "phase": "systematic", "inputs": {"a": {"value": 1}}, "capped": [],
    "absent": [],
}  # fmt: skip
EXAMPLE = {"case": CASE, "text": "a=1", "snippet": "print(1)\n"}


def a_row(identity: str, **fields: Any) -> dict[str, Any]:
    row = {"id": identity, "code": "EXEC-015", "node": "N", "pack": "p", "example": EXAMPLE}
    return {**row, **fields}


def test_what_is_kept_is_recalled_over_several_runs(tmp_path: Path) -> None:
    file = kept_file(tmp_path, Path("/packs/mypack"))
    keep(file, [a_row("aa"), a_row("bb", example=None)])
    keep(file, [a_row("cc", node="M")])
    assert (recall(file, "aa").node, recall(file, "cc").node) == ("N", "M")
    assert recall(file, "aa").case == CASE


def test_packs_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    assert kept_file(tmp_path, Path("/a/pack")) != kept_file(tmp_path, Path("/b/pack"))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"aa": 5}', '{"aa": {"code": "X"}}'])
def test_a_cache_of_another_shape_keeps_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "findings.json"
    file.write_text(text)
    with pytest.raises(NoSuchFinding):
        recall(file, "aa")


@pytest.mark.parametrize("identity", ["bb", "zz"])
def test_what_was_not_kept_is_refused_with_advice(tmp_path: Path, identity: str) -> None:
    file = tmp_path / "findings.json"
    keep(file, [a_row("aa"), a_row("bb", example=None)])
    with pytest.raises(NoSuchFinding, match="run the pack once"):
        recall(file, identity)


def test_a_broken_file_keeps_nothing(tmp_path: Path) -> None:
    file = tmp_path / "findings.json"
    file.write_text("{")
    with pytest.raises(NoSuchFinding):
        recall(file, "aa")
    keep(file, [a_row("aa")])
    assert recall(file, "aa").code == "EXEC-015"


def test_an_event_log_is_read(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    about_pack = {"path": "/x", "api_level": "l", "mode": "strict", "fakes": True}
    about_pack["isolation"] = {"kind": "venv"}
    pack = {"event": "pack", "pack": "p", **about_pack}
    rows = [{"event": "result", **a_row("aa")}, {"event": "result", **a_row("bb", example=None)}]
    header = {"event": "header", "schema_version": LOG_VERSION}
    write_events(file, [header, pack, *rows, {"event": "footer"}])
    ((about, replay),) = replays_in(file)
    assert about == about_pack
    assert (replay.id, replay.case) == ("aa", CASE)
    file.write_text(file.read_text().replace('"aa"', '"ab"'))
    with pytest.raises(NoSuchFinding, match="changed after it was written"):
        [*replays_in(file)]


def test_one_finding_by_itself_is_read(tmp_path: Path) -> None:
    file = tmp_path / "finding.json"
    file.write_text(json.dumps(a_row("aa"), indent=1))
    ((about, replay),) = replays_in(file)
    assert (about, replay.id) == ({}, "aa")


@pytest.mark.parametrize(
    "text", ["{}", "[1]", "hello", '{"event": "pack"', '{"results": 1}', "[" * 100_000]
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other"
    file.write_text(text)
    with pytest.raises(NoSuchFinding):
        [*replays_in(file)]


@pytest.mark.parametrize(
    "change",
    [
        {"id": ["aa"]}, {"code": 5}, {"node": ["N"]}, {"example": 5}, {"example": {"case": 5}},
        {"example": {"case": {}}}, {"example": {"case": {**CASE, "inputs": 5}}},
    ],
)  # fmt: skip
def test_a_finding_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "finding.json"
    file.write_text(json.dumps(a_row("aa", **change)))
    with pytest.raises(NoSuchFinding, match="not of the shape"):
        [*replays_in(file)]


@pytest.mark.parametrize("change", [{"path": 5}, {"api_level": [1]}])
def test_a_report_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    pack = {"path": "/x", "api_level": "l", **change}
    environment = {"mode": "faithful", "fakes": False, "isolation": {"kind": "process"}}
    report = {"pack": pack, "environment": environment, "results": [a_row("aa")]}
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report))
    with pytest.raises(NoSuchFinding, match="not of the shape"):
        [*replays_in(file)]
