"""Known findings: what they excuse, what they don't, and how their file is kept."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from descriptions import a_node, a_pack, a_problem, an_input, make_folder
from inner_runs import InnerRuns, last_error

from studio_conformance import ending, known
from studio_conformance.known import (
    SCHEMA,
    Changes,
    Days,
    Identity,
    Judged,
    KnownFindings,
    judged_by,
)

Known = dict[str, object]
FIRST, LATER = datetime.date(2026, 1, 2), datetime.date(2026, 3, 4)
FAULTY = a_node("Faulty", inputs=[an_input("bad")])
ALSO = a_node("Also", inputs=[an_input("bad_too")])
SOUND = a_node("Sound", inputs=[an_input("image")])
FILE = "--studio-known=known.json"
UPDATE = "--studio-known-update"
WAIVER = """\
[[tool.studio-conformance.waivers]]
code = "SCHEMA-001"
node = "Faulty"
reason = "kept for old workflows"
"""


@pytest.fixture
def run(
    pytester: pytest.Pytester, plugin_args: tuple[str, ...], rules: object, inspections: Known
) -> InnerRuns:
    inspections["mypack"] = a_pack(FAULTY, SOUND)
    make_folder(pytester.path)
    return InnerRuns(pytester, plugin_args)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, datetime.date]]:
    """The day on which runs take place, under ``today``."""
    told = {"today": FIRST}
    monkeypatch.setattr(ending, "today", lambda: told["today"])
    return told


def _listed(run: InnerRuns) -> list[dict[str, Any]]:
    data = json.loads((run.path / "known.json").read_text())
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(data)
    return data["findings"]


def _judge(run: InnerRuns, *args: str) -> pytest.RunResult:
    return run("--studio-pack=mypack", FILE, *args)


def test_what_is_known_is_waived_and_what_is_new_fails(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    first = _judge(run, UPDATE)
    assert first.ret == 1  # Nothing turns green by being written down.
    first.stdout.fnmatch_lines(["known findings: *known.json: 1 added, 0 kept, 0 gone"])
    second = _judge(run, "--studio-report=out")
    assert second.ret == 0
    second.stdout.fnmatch_lines(["*1 of 1 seen in this run", "*"])
    (waived,) = [r for r in run.report()["results"] if r["outcome"] == "waived"]
    assert (waived["node"], waived["waiver"]) == ("Faulty", "known since 2026-01-02")
    assert run.report()["environment"]["known"]["findings"] == 1
    inspections["mypack"] = a_pack(FAULTY, ALSO)
    third = _judge(run, "-rf")
    assert third.ret == 1
    third.stdout.fnmatch_lines(["FAILED mypack::Also::SCHEMA - *"])
    assert "FAILED mypack::Faulty" not in third.stdout.str()


def test_an_update_adds_refreshes_and_drops(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    inspections["mypack"] = a_pack(FAULTY, a_node("Mended", inputs=[an_input("bad")]))
    _judge(run, UPDATE)
    days["today"] = LATER
    inspections["mypack"] = a_pack(FAULTY, ALSO, a_node("Mended", inputs=[an_input("good")]))
    result = _judge(run, UPDATE)
    result.stdout.fnmatch_lines(["known findings: *: 1 added, 1 kept, 1 gone"])
    assert [(r["node"], r["first_seen"], r["last_seen"]) for r in _listed(run)] == [
        ("Also", "2026-03-04", "2026-03-04"),
        ("Faulty", "2026-01-02", "2026-03-04"),
    ]


def test_neither_message_nor_example_is_in_the_file(
    run: InnerRuns, days: dict[str, datetime.date]
) -> None:
    _judge(run, UPDATE)
    assert (run.path / "known.json").read_text() == (
        '{\n "schema_version": 1,\n "findings": [\n'
        '  {"pack": "mypack", "code": "SCHEMA-001", "node": "Faulty", "input": "bad", '
        '"first_seen": "2026-01-02", "last_seen": "2026-01-02"}\n ]\n}\n'
    )


def test_an_update_twice_writes_the_same_bytes(
    run: InnerRuns, days: dict[str, datetime.date]
) -> None:
    _judge(run, UPDATE)
    before = (run.path / "known.json").read_bytes()
    _judge(run, UPDATE)
    assert (run.path / "known.json").read_bytes() == before


def test_without_an_update_the_file_is_not_touched(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    _judge(run, UPDATE)
    before = (run.path / "known.json").read_bytes()
    inspections["mypack"] = a_pack(ALSO)
    _judge(run).stdout.fnmatch_lines(["known findings: *: 0 of 1 seen in this run"])
    assert (run.path / "known.json").read_bytes() == before


@pytest.mark.parametrize("left_out", ["-k=Sound", "--studio-ignore=SCHEMA-001", "-k=nothing"])
def test_what_was_not_judged_is_not_gone(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date], left_out: str
) -> None:
    _judge(run, UPDATE)
    _judge(run, UPDATE, left_out).stdout.fnmatch_lines(["*: 0 added, 1 kept, 0 gone"])


def test_findings_of_a_pack_that_does_not_load_are_not_gone(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    _judge(run, UPDATE)
    problem = a_problem("import-failed", "ValueError: boom")
    inspections["mypack"] = a_pack(load={"loaded": False}, problems=[problem])
    _judge(run, UPDATE)
    assert [r["code"] for r in _listed(run)] == ["LOAD-001", "SCHEMA-001"]


def test_findings_of_a_node_that_was_removed_are_gone(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    _judge(run, UPDATE)
    inspections["mypack"] = a_pack(SOUND)
    _judge(run, UPDATE).stdout.fnmatch_lines(["*: 0 added, 0 kept, 1 gone"])
    assert _listed(run) == []


def test_findings_of_other_packs_stay(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    inspections["other"] = a_pack(ALSO)
    make_folder(run.path, "other")
    run("--studio-pack=mypack", "--studio-pack=other", FILE, UPDATE)
    run("--studio-pack=other", FILE, UPDATE).stdout.fnmatch_lines(["*: 0 added, 2 kept, 0 gone"])
    assert [r["pack"] for r in _listed(run)] == ["mypack", "other"]


def test_a_waiver_speaks_before_the_file(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    _judge(run, UPDATE)
    make_folder(run.path, pyproject=WAIVER)
    result = _judge(run, UPDATE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*waived: kept for old workflows", "*: 0 added, 0 kept, 1 gone"])


def test_complaints_about_waivers_are_never_known(
    run: InnerRuns, inspections: Known, days: dict[str, datetime.date]
) -> None:
    make_folder(run.path, pyproject=WAIVER.replace("Faulty", "Sound"))
    _judge(run, UPDATE).stdout.fnmatch_lines(["WAIVER-001 *: 1 warning"])
    assert [r["code"] for r in _listed(run)] == ["SCHEMA-001"]


def test_xdist_knows_the_same(
    pytester: pytest.Pytester, plugin_args: tuple[str, ...], inspections: Known
) -> None:
    pytest.importorskip("xdist")
    inspections["mypack"] = a_pack(FAULTY)
    make_folder(pytester.path)
    run = InnerRuns(pytester, plugin_args)
    asked = ("--studio-select=V1", "-n1")
    assert _judge(run, UPDATE, *asked).ret == 1
    assert _judge(run, *asked).ret == 0


ROW = (
    '{"pack": "p", "code": "V1-001", "node": null, "input": null, '
    '"first_seen": "2026-01-02", "last_seen": "2026-01-02"}'
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "not JSON"),
        ('{"schema_version": 1, "findings": [', "not JSON"),
        ("[]", "is not of type 'object'"),
        ('{"schema_version": 2, "findings": []}', "1 was expected"),
        (f'{{"schema_version": 1, "findings": [{ROW}, {ROW}]}}', "findings[1] is there twice"),
        (
            f'{{"schema_version": 1, "findings": [{ROW.replace("01-02", "13-40")}]}}',
            "findings[0]: ",
        ),
        (
            f'{{"schema_version": 1, "findings": [{ROW.replace("V1-", "WAIVER-")}]}}',
            "findings[0].code: ",
        ),
        ("\xff", "it is not UTF-8"),
    ],
)
@pytest.mark.parametrize("more", [(), (UPDATE,)])
def test_a_corrupt_file_is_refused_and_left_alone(
    run: InnerRuns, content: str, told: str, more: tuple[str, ...]
) -> None:
    (run.path / "known.json").write_bytes(content.encode("latin-1"))
    result = _judge(run, *more)
    assert result.ret == 4
    assert told in last_error(result)
    assert "known.json" in last_error(result)
    assert (run.path / "known.json").read_bytes() == content.encode("latin-1")


def test_a_missing_file_is_wrong_usage_unless_it_is_to_be_written(run: InnerRuns) -> None:
    result = _judge(run)
    assert result.ret == 4
    assert last_error(result).endswith("known.json; --studio-known-update writes it")
    assert "needs --studio-known=FILE" in last_error(run("--studio-pack=mypack", UPDATE))


def test_a_file_that_is_a_folder_is_wrong_usage(run: InnerRuns) -> None:
    (run.path / "known.json").mkdir()
    assert "Is a directory" in last_error(_judge(run, UPDATE))


def test_the_file_is_sorted_whatever_the_order_of_the_run(tmp_path: Path) -> None:
    identities = [
        Identity("p", "V1-001", node, name) for node in (None, "A") for name in (None, "x")
    ]
    texts = {
        KnownFindings(tmp_path / "k", {i: Days(FIRST, FIRST) for i in order}).to_json()
        for order in (identities, identities[::-1])
    }
    assert len(texts) == 1


def test_an_empty_run_settles_nothing(tmp_path: Path) -> None:
    known = KnownFindings(tmp_path / "k", {Identity("p", "V1-001", None, None): Days(FIRST, FIRST)})
    assert known.update(judged_by([]), LATER) == Changes(added=0, kept=1, gone=0)


@pytest.mark.parametrize(
    ("code", "node", "gone"),
    [
        ("V1-001", "Removed", True),
        ("V1-001", "There", False),  # Its item was not run.
        ("V1-001", None, False),
        ("EXEC-001", "Removed", False),  # The check took no part.
    ],
)
def test_what_was_not_settled_is_gone_with_its_node_alone(
    code: str, node: str | None, gone: bool
) -> None:
    judged = Judged((), {("p", "V1-002", None)}, {"p": {"There"}}, {"p": {"V1-001", "V1-002"}})
    assert judged.is_gone(Identity("p", code, node, None)) is gone
    assert judged.is_gone(Identity("other", code, node, None)) is False
    assert judged.is_gone(Identity("p", "V1-002", None, "x")) is True


def test_a_pack_with_a_finding_of_its_loading_has_lost_no_node() -> None:
    def nodes(outcome: str, loaded: bool = True) -> object:
        pack = {"event": "pack", "pack": "p", "name": "p", "load": {"loaded": loaded}}
        node = {"event": "node", "pack": "p", "node": "There"}
        row = {"event": "result", "pack": "p", "code": "LOAD-003", "family": "LOAD"}
        told = {"node": None, "input": None, "outcome": outcome, "waiver": None}
        return judged_by([pack, node, {**row, **told}]).nodes

    assert nodes("passed") == {"p": {"There"}}
    assert nodes("passed", loaded=False) == {}
    assert nodes("failed") == nodes("waived") == nodes("errored") == {}


def test_a_file_that_can_not_be_written_hides_no_finding(
    run: InnerRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path, text: str) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(known, "write_text", refuse)
    result = _judge(run, UPDATE)
    assert result.ret == 11
    result.stdout.fnmatch_lines(["*SCHEMA-001*", "can't be written: */known.json: Permission *"])
