from __future__ import annotations

import json
from pathlib import Path

import logs
import pytest

from studio_conformance import cli
from studio_conformance.events import Event, write_events
from studio_conformance.reports.facts import gather
from studio_conformance.reports.formats import FORMATS

LOG = logs.a_log(*logs.every_outcome())
TWO = logs.a_log(*logs.every_outcome(), *logs.every_outcome("other"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_events(tmp_path / "events.jsonl", LOG)
    write_events(tmp_path / "two.jsonl", TWO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_the_same_now_and_from_the_log(name: str, here: Path) -> None:
    assert cli.main(["report", ".", "--format", name, "--output", "out"]) == 0
    again = (here / "out").read_text(encoding="utf-8")
    assert again == "".join(FORMATS[name].render(LOG, gather(LOG)))


def test_without_a_file_it_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "events.jsonl"]) == 0
    assert capsys.readouterr().out.startswith("## ")


def test_one_of_several_packs_can_be_chosen(here: Path) -> None:
    assert cli.main(["report", "two.jsonl", "--format=json", "--pack=other", "--output=o"]) == 0
    assert json.loads((here / "o").read_text())["pack"]["label"] == "other"
    assert (
        cli.main(["report", "two.jsonl", "--format=badge-json", "--pack=other", "--output=b"]) == 0
    )
    assert json.loads((here / "b").read_text())["message"] == "1/2 nodes"


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main([*arguments]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    return told.err


@pytest.mark.parametrize("command", ["report", "matrix"])
@pytest.mark.parametrize("format", ["json", "html"])
def test_a_log_that_was_cut_or_changed_is_refused(
    command: str, format: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (here / "events.jsonl").read_text()
    for text, why in (
        (whole[:-200], "the run did not end, or the file was cut"),
        (whole.replace("Blur", "Blue"), "changed after it was written"),
        ("", "no event log"),
    ):
        (here / "bad.jsonl").write_text(text)
        told = _refused(capsys, command, "bad.jsonl", f"--format={format}", "--output=out")
        assert "bad.jsonl" in told
        assert why in told or "not JSON" in told
    assert not (here / "out").exists()


def test_other_mistakes_are_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "can't read" in _refused(capsys, "report", "nowhere")
    assert "choose with --pack, of tones, other" in _refused(
        capsys, "report", "two.jsonl", "--format=json"
    )
    assert "no pack 'x'" in _refused(capsys, "report", ".", "--pack=x")
    (here / "file").touch()
    assert "can't write" in _refused(capsys, "report", ".", "--output=file/out")
    write_events(here / "odd.jsonl", [LOG[0], {"event": "result"}, LOG[-1]])
    assert "not of the shape of a log" in _refused(capsys, "report", "odd.jsonl")


def test_a_matrix_sets_environments_side_by_side(here: Path) -> None:
    worker = {"python": "3.10.1", "torch": "2.4", "numpy": "1.26"}
    fixed = [
        logs.a_pack_event(worker=worker),
        logs.a_node_event("Blur"),
        logs.a_result("SCHEMA-001", "Blur"),
    ]
    write_events(here / "old.jsonl", logs.a_log(*fixed))
    assert cli.main(["matrix", "two.jsonl", "old.jsonl", "--format=json", "--output=m"]) == 0
    table = json.loads((here / "m").read_text())
    assert [c["environment"]["numpy"] for c in table["columns"]] == ["2.1", "1.26"]
    assert table["headings"][1] == "api level studio-0.3.71, python 3.10.1, numpy 1.26, torch 2.4"
    other, tones = table["rows"]
    assert (other["pack"], other["cells"][1]) == ("other", None)
    new, old = tones["cells"]
    assert (new["fit"], new["nodes"], new["exit_status"]) == (1, 2, 11)
    assert (old["fit"], old["nodes"], old["exit_status"]) == (1, 1, 0)
    (differs,) = tones["differs"]
    assert differs["node"] == "Blur"
    assert [f["codes"] for f in differs["fails"]] == [["SCHEMA-001", "RPC-001"], []]


def test_two_runs_in_one_environment_keep_a_column_each(here: Path) -> None:
    assert cli.main(["matrix", ".", "two.jsonl", "--format=json", "--output=m"]) == 0
    table = json.loads((here / "m").read_text())
    assert [c["log"] for c in table["columns"]] == [".", "two.jsonl"]
    assert [heading.rpartition(", ")[2] for heading in table["headings"]] == [
        "log .",
        "log two.jsonl",
    ]


def test_a_check_that_was_left_out_makes_no_difference(here: Path) -> None:
    def differing(*rows: Event) -> list[object]:
        events = [logs.a_pack_event(), logs.a_node_event("Blur"), *rows]
        write_events(here / "part.jsonl", logs.a_log(*events))
        assert cli.main(["matrix", ".", "part.jsonl", "--format=json", "--output=m"]) == 0
        (row,) = json.loads((here / "m").read_text())["rows"]
        return [[f["codes"] for f in each["fails"]] for each in row["differs"]]

    broken = logs.a_result("RPC-001", "Blur", "errored")
    other = logs.a_result("EXEC-015", "Blur")
    assert differing(broken) == []
    assert differing(other) == []
    assert differing(broken, logs.a_result("SCHEMA-001", "Blur")) == [
        [["SCHEMA-001", "RPC-001"], ["RPC-001"]]
    ]


def test_a_node_that_was_not_judged_is_not_called_fit(here: Path) -> None:
    other = [logs.a_pack_event(), logs.a_node_event("New"), logs.a_result("SCHEMA-001", "New")]
    write_events(here / "new.jsonl", logs.a_log(*other))
    assert cli.main(["matrix", ".", "new.jsonl", "--format=json", "--output=m"]) == 0
    (row,) = json.loads((here / "m").read_text())["rows"]
    (differs,) = row["differs"]
    assert [f["codes"] for f in differs["fails"]] == [["SCHEMA-001", "RPC-001"], None]
