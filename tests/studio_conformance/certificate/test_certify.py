"""Runs that are to certify: what they refuse, what doesn't count, and when there is no paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, an_input, an_inspection, make_folder
from inner_runs import InnerRuns, last_error

from reference_runtime.sandbox.policy import Enforced, Layer
from studio_conformance.certificate.build import digest_of, refusal
from studio_conformance.certificate.verify import check_itself, read_certificate
from studio_conformance.events import read_events

Known = dict[str, object]
SOUND = a_node("Sound", inputs=[an_input("image")])
FAULTY = a_node("Faulty", inputs=[an_input("bad")])
CERTIFY = "--studio-certify"
CERTIFICATE = "studio-certificate.json"
LOG = "studio-certificate.events.jsonl"


@pytest.fixture
def run(
    pytester: pytest.Pytester, plugin_args: tuple[str, ...], rules: object, inspections: Known
) -> InnerRuns:
    inspections["mypack"] = a_pack(SOUND)
    make_folder(pytester.path)
    return InnerRuns(pytester, plugin_args)


def _judge(run: InnerRuns, *args: str) -> pytest.RunResult:
    return run("--studio-pack=mypack", *(args or (CERTIFY,)))


def _certificate(run: InnerRuns, name: str = CERTIFICATE) -> dict[str, Any]:
    certificate = read_certificate(run.path / name)  # And check it by the shipped schema.
    check_itself(run.path / name, certificate)
    return certificate


def test_a_green_run_is_certified(run: InnerRuns) -> None:
    result = _judge(run)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "certifying: no waiver, known finding, *skip counts (set aside here: nothing)",
            "verdict: clean (exit status 0)",
            f"certificate: *{CERTIFICATE} (log: *{LOG})",
        ]
    )
    certificate = _certificate(run)
    assert certificate["verdict"] == "clean"
    assert list(certificate["contents"]["files"]) == ["__init__.py"]
    assert certificate["log"]["file"] == LOG
    assert certificate["log"]["bytes"] == (run.path / LOG).stat().st_size
    totals = certificate["totals"]
    assert (totals["nodes"], totals["checks"], totals["cases"]["planned"]) == (1, 5, 0)
    assert totals["results"] == totals["passed"] + totals["not_applicable"] == 5


def test_its_places_follow_the_report(run: InnerRuns) -> None:
    assert _judge(run, CERTIFY, "--studio-report=out").ret == 0
    assert _certificate(run, f"out/{CERTIFICATE}")["log"]["file"] == "events.jsonl"
    assert _judge(run, f"{CERTIFY}=papers/a.json", "--studio-report=out").ret == 0
    assert _certificate(run, "papers/a.json")["log"]["file"] == "../out/events.jsonl"
    assert not (run.path / LOG).exists()


def test_what_it_writes_into_the_pack_is_not_of_the_pack(
    run: InnerRuns, inspections: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run.path / "mypack"
    for _ in range(2):  # The second time, the files of the first are there.
        args = (f"{CERTIFY}=mypack/c.json", "--studio-report=mypack/out")
        assert _judge(run, *args).ret == 0
    contents = _certificate(run, "mypack/c.json")["contents"]
    assert list(contents["files"]) == ["__init__.py"]
    assert contents["left_out"] == ["c.json", "out", "out/events.jsonl"]
    assert (folder / "out" / "report.json").exists()


EXCUSED = {
    "waivers": """\
[[tool.studio-conformance.waivers]]
code = "SCHEMA-001"
node = "Faulty"
reason = "kept"
""",
    "ignore": '[tool.studio-conformance]\nignore = ["SCHEMA-001"]\n',
    "select": '[tool.studio-conformance]\nselect = ["V1"]\n',
    "levels": '[tool.studio-conformance.levels]\nSCHEMA-001 = "warning"\n',
}
SAID = {
    "waivers": "1 waiver",
    "ignore": "ignore SCHEMA-001",
    "select": "select V1",
    "levels": "levels SCHEMA-001 = warning",
}


@pytest.mark.parametrize("kind", EXCUSED)
def test_excuses_in_the_settings_do_not_count(
    run: InnerRuns, inspections: Known, kind: str
) -> None:
    inspections["mypack"] = a_pack(FAULTY)
    make_folder(run.path, pyproject=EXCUSED[kind])
    assert _judge(run, "--studio-report=out").ret == 0
    result = _judge(run)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            f"certifying: *(set aside here: {SAID[kind]})",
            "no certificate: the run ended with status 1 (findings)",
        ]
    )
    assert not (run.path / CERTIFICATE).exists()


@pytest.mark.parametrize("kind", EXCUSED)
def test_a_certificate_says_what_was_set_aside(run: InnerRuns, kind: str) -> None:
    make_folder(run.path, pyproject=EXCUSED[kind].replace('"Faulty"', '"Sound"'))
    assert _judge(run).ret == 0
    assert _certificate(run)["set_aside"] == [SAID[kind]]
    assert _certificate(run)["baseline"] is None
    assert _certificate(run)["totals"]["checks"] == 5


def test_known_findings_do_not_count(run: InnerRuns, inspections: Known) -> None:
    inspections["mypack"] = a_pack(FAULTY)
    known = "--studio-known=known.json"
    _judge(run, known, "--studio-known-update")
    assert _judge(run, known).ret == 0
    result = _judge(run, known, CERTIFY)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["certifying: *set aside here: known findings (known.json))"])


def test_a_skip_is_no_pass(run: InnerRuns) -> None:
    run.pytester.makeconftest(
        """
        import pytest
        def pytest_collection_modifyitems(items):
            for item in items:
                if item.nodeid.endswith("Sound::SCHEMA"):
                    item.add_marker(pytest.mark.skip(reason="not today"))
        """
    )
    result = _judge(run)
    assert result.ret == 13
    result.stdout.fnmatch_lines(
        [
            "verdict: no certificate (exit status 13); not everything planned was run",
            "no certificate: not everything planned was run",
        ]
    )
    assert not (run.path / CERTIFICATE).exists()
    assert read_events(run.path / LOG)[-1]["exit_status"] == 13


def test_deselected_items_are_no_pass(run: InnerRuns) -> None:
    run.pytester.makeconftest("def pytest_collection_modifyitems(items): del items[-1:]")
    assert _judge(run).ret == 13


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--studio-select=V1", "--studio-select"),
        ("--studio-ignore=V1", "--studio-ignore"),
        ("-k=Sound", "-k"),
        ("-m=gpu", "-m"),
        ("-x", "-x and --maxfail"),
        ("--maxfail=3", "-x and --maxfail"),
        ("--lf", "--lf"),
        ("--stepwise", "--stepwise"),
        ("--deselect=mypack::Sound::V1", "--deselect"),
        ("--studio-isolation=none", "--studio-isolation=none"),
        ("--studio-known-update", "--studio-known-update"),
        ("--collect-only", "--collect-only"),
        ("mypack::Sound::V1", "mypack::Sound::V1"),
        ("--studio-pack=other", "one --studio-pack"),
        ("--studio-pack=nowhere", "one --studio-pack"),
    ],
)
def test_it_does_not_go_with_what_makes_a_run_less(run: InnerRuns, option: str, told: str) -> None:
    make_folder(run.path, "other")
    more = ["--studio-known=k.json"] if "known" in option else []
    result = _judge(run, option, *more, CERTIFY)
    assert result.ret == 4
    assert told in last_error(result)
    assert "--studio-certify" in last_error(result)
    assert not (run.path / CERTIFICATE).exists()


@pytest.mark.parametrize(
    "options",
    [("--studio-isolation=none", "--studio-select=V1"), ("--studio-select=V1", "-k=Sound")],
)
def test_several_conflicts_are_one_line(run: InnerRuns, options: tuple[str, ...]) -> None:
    assert "--studio-select" in last_error(_judge(run, *options, CERTIFY))


def test_an_unenforced_confinement_gives_no_certificate(run: InnerRuns, inspections: Known) -> None:
    nothing = Enforced(layers=(Layer("none", (), "no Landlock"),))
    inspections["mypack"] = an_inspection(a_pack(SOUND), enforced=nothing)
    result = _judge(run)
    assert result.ret == 13
    result.stdout.fnmatch_lines(
        ["no certificate: the sandbox was not enforced for files and network"]
    )


@pytest.mark.parametrize(
    ("sandbox", "told"),
    [
        ({"files": "enforced", "network": "enforced"}, None),
        ({"files": "partial", "network": "enforced"}, "not enforced for files"),
        ({"files": "none", "network": "none"}, "not enforced for files and network"),
        ({}, "not enforced for files and network"),
    ],
)
def test_the_sandbox_of_the_log_is_believed_before_the_text(
    run: InnerRuns, sandbox: dict[str, str], told: str | None
) -> None:
    _judge(run)
    events = read_events(run.path / LOG)
    next(e for e in events if e["event"] == "pack")["sandbox"] = sandbox
    why = refusal(events)
    assert why is None if told is None else told in (why or "")


def test_nodes_that_there_was_no_time_for_give_no_certificate(run: InnerRuns) -> None:
    _judge(run)
    events = read_events(run.path / LOG)
    row = next(e for e in events if e["event"] == "result")
    row.update(outcome="not_reached", message="the budget is spent", family="EXEC")
    assert "1 of 5 judgements were not reached" in (refusal(events) or "")
    row["outcome"] = "waived"
    assert refusal(events) == "findings were waived"


def test_a_pack_that_changes_meanwhile_gets_none(run: InnerRuns) -> None:
    run.pytester.makeconftest(
        """
        from pathlib import Path
        def pytest_collection_finish(session):
            Path("mypack/late.py").write_text("")
        """
    )
    result = _judge(run)
    assert result.ret == 13
    result.stdout.fnmatch_lines(["no certificate: the pack changed during the run: late.py was *"])


def test_a_report_that_can_not_be_written_costs_the_certificate(run: InnerRuns) -> None:
    (run.path / "out" / "report.json").mkdir(parents=True)
    result = _judge(run, CERTIFY, "--studio-report=out")
    assert result.ret == 11
    result.stdout.fnmatch_lines(["no certificate: not all that belongs to it could be written"])
    assert not (run.path / "out" / CERTIFICATE).exists()


def test_an_earlier_certificate_is_called_earlier(run: InnerRuns, inspections: Known) -> None:
    _judge(run)
    inspections["mypack"] = a_pack(FAULTY)
    _judge(run).stdout.fnmatch_lines([f"no certificate: *; *{CERTIFICATE} is of an earlier run"])


def test_nothing_tested_keeps_its_own_status(run: InnerRuns, inspections: Known) -> None:
    inspections["mypack"] = a_pack()
    assert _judge(run).ret == 10


def test_a_link_out_of_the_pack_is_told_before_the_run(run: InnerRuns) -> None:
    (run.path / "mypack" / "link").symlink_to("/etc/passwd")
    result = _judge(run)
    assert result.ret == 4
    assert "link is a link that leads out" in last_error(result)


def test_bytecode_that_runs_in_place_of_the_source_is_refused(run: InnerRuns) -> None:
    cache = run.path / "mypack" / "__pycache__"
    cache.mkdir()
    (cache / "__init__.cpython-311.pyc").write_bytes(b"")
    result = _judge(run)
    assert result.ret == 4
    assert "__pycache__ holds bytecode" in last_error(result)
    assert not (run.path / CERTIFICATE).exists()


@pytest.mark.parametrize("name", ["mypack", "mypack/__init__.py/x"])
def test_a_place_that_can_not_be_written_is_told_before_the_run(run: InnerRuns, name: str) -> None:
    result = _judge(run, f"{CERTIFY}={name}")
    assert result.ret == 4
    assert CERTIFY in last_error(result)


def test_xdist_certifies_the_same(
    pytester: pytest.Pytester,
    plugin_args: tuple[str, ...],
    inspections: Known,
    tmp_path: Path,
) -> None:
    pytest.importorskip("xdist")
    inspections["mypack"] = a_pack(FAULTY)
    make_folder(pytester.path, pyproject=EXCUSED["ignore"].replace("SCHEMA-001", "SCHEMA"))
    run = InnerRuns(pytester, plugin_args)
    alone, shared = (
        run("--studio-pack=mypack", CERTIFY),
        run("--studio-pack=mypack", CERTIFY, "-n1"),
    )
    assert alone.ret == shared.ret == 1  # And SCHEMA, which the settings ignore, was judged.
    rows = [e for e in read_events(run.path / LOG) if e["event"] == "result"]
    assert any(r["family"] == "SCHEMA" and r["outcome"] == "failed" for r in rows)


def test_the_digest_is_of_what_it_says_not_of_how_it_is_written(run: InnerRuns) -> None:
    _judge(run)
    text = (run.path / CERTIFICATE).read_text()
    certificate = json.loads(text)
    assert digest_of(dict(reversed(certificate.items()))) == certificate["digest"]
