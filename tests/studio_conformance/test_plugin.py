"""The plugin as a user meets it: pytest runs on packs whose inspections are made up."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from descriptions import a_node, a_pack, a_problem, an_input, make_folder

Known = dict[str, object]
NODES = (
    a_node("Sound", inputs=[an_input("image")]),
    a_node("Faulty", inputs=[an_input("bad")]),
    a_node("Any [x] (y)", inputs=[an_input("bad_too")]),
    a_node("Inv::ert", inputs=[an_input("image")]),
)


class Runner:
    """Runs pytest in a fresh folder with our plugin."""

    def __init__(self, pytester: pytest.Pytester, plugin_args: tuple[str, ...]) -> None:
        self.pytester = pytester
        self.plugin_args = plugin_args

    @property
    def path(self) -> Path:
        return self.pytester.path

    def __call__(self, *args: str) -> pytest.RunResult:
        # Hypothesis's own plugin imports Hypothesis at the end of each inner run, which is slow.
        quick = ("-p", "no:hypothesispytest", *self.plugin_args)
        return self.pytester.runpytest_inprocess(*quick, *args)

    def report(self, folder: str = "out") -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.path / folder / "report.json").read_text())
        return report


@pytest.fixture
def run(
    pytester: pytest.Pytester,
    plugin_args: tuple[str, ...],
    rules: object,
    inspections: Known,
) -> Runner:
    inspections["mypack"] = a_pack(*NODES)
    inspections["sound"] = a_pack(NODES[0])
    for name in ("mypack", "sound"):
        make_folder(pytester.path, name)
    return Runner(pytester, plugin_args)


def _items(result: pytest.RunResult) -> list[str]:
    """Ids of the items that -v shows, with their outcomes."""
    return re.findall(r"^(\S+ (?:PASSED|FAILED|SKIPPED))", result.stdout.str(), re.MULTILINE)


def test_a_clean_pack(run: Runner) -> None:
    result = run("--studio-pack=sound")
    assert result.ret == 0
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(
        ["*1 node (1 registered, 1 with a schema)*", "verdict: clean (exit status 0)"]
    )


@pytest.mark.parametrize("name", ["events.jsonl", "report.json"])
def test_a_report_that_can_not_be_written_hides_no_finding(run: Runner, name: str) -> None:
    (run.path / "out" / name).mkdir(parents=True)
    result = run("--studio-pack=mypack", "--studio-report=out")
    assert result.ret == 11
    result.stdout.fnmatch_lines(["*SCHEMA-001*", f"can't be written: */out/{name}: Is a directory"])


def test_all_warnings_are_shown_to_who_asks(run: Runner, inspections: Known) -> None:
    inspections["mypack"] = a_pack(*(a_node(f"Bare{n}") for n in range(7)))
    run("--studio-pack=mypack").stdout.fnmatch_lines(["  ... and 2 more (-v shows them)"])
    told = run("--studio-pack=mypack", "-v").stdout
    told.no_fnmatch_line("*-v shows them*")
    told.fnmatch_lines(["  Bare6  *"])


def test_names_do_nothing_to_a_terminal_or_a_ci_service(run: Runner, inspections: Known) -> None:
    name = "\x1b[31mred\n::stop-commands::x"
    inspections["mypack"] = a_pack(a_node(name, inputs=[an_input("bad")]))
    (run.path / "mypack" / "pyproject.toml").write_text('[project]\nname = "my\\u001b[2Jpack"\n')
    result = run("--studio-pack=mypack", "--color=no", "-v")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*u001b[[]31mred ::stop-commands::x*"])
    assert "\x1b" not in result.stdout.str()
    assert not any(line.lstrip().startswith("::") for line in result.outlines)


def test_a_report_folder_holds_every_format(run: Runner) -> None:
    run("--studio-pack=sound", "--studio-report=out")
    written = sorted(file.name for file in (run.path / "out").iterdir())
    assert written == [
        "badge.json",
        "badge.svg",
        "events.jsonl",
        "junit.xml",
        "report.html",
        "report.json",
        "report.sarif",
        "results.jsonl",
        "summary.md",
    ]


def test_one_item_per_family_of_the_pack_and_of_each_node(run: Runner) -> None:
    result = run("--studio-pack=mypack", "-v", "--tb=no")
    assert _items(result) == [
        "mypack::LOAD PASSED",
        "mypack::COMPAT SKIPPED",
        "mypack::Sound::SCHEMA PASSED",
        "mypack::Sound::V1 PASSED",
        "mypack::Faulty::SCHEMA FAILED",
        "mypack::Faulty::V1 PASSED",
        "mypack::Any_x_y_::SCHEMA FAILED",
        "mypack::Any_x_y_::V1 PASSED",
        "mypack::Inv_ert::SCHEMA PASSED",
        "mypack::Inv_ert::V1 PASSED",
    ]


def test_a_failure_is_its_findings_and_no_stack_trace(run: Runner) -> None:
    result = run("--studio-pack=mypack", "-k", "Faulty", "-rf")
    assert result.ret == 1
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "runtest" not in text
    result.stdout.fnmatch_lines(
        [
            "SCHEMA-001 good-inputs (failed, error)",
            "  Faulty 'bad'  */mypack/__init__.py:1",
            "    input 'bad' is bad",
            "    replay: pytest --studio-pack=*",
            "FAILED mypack::Faulty::SCHEMA - SCHEMA-001 good-inputs: input 'bad' is bad",
        ]
    )


def test_warnings_alone_do_not_fail_an_item(run: Runner, inspections: Known) -> None:
    inspections["mypack"] = a_pack(a_node("Bare"))
    assert run("--studio-pack=mypack").ret == 0
    assert run("--studio-pack=mypack", "--studio-level=warning").ret == 1


def test_the_projects_own_tests_are_left_alone(run: Runner) -> None:
    run.pytester.makeini("[pytest]\ntestpaths = suite\n")
    test = run.path / "suite" / "test_own.py"
    test.parent.mkdir()
    test.write_text("def test_own():\n    assert False\n")
    alone = run("--studio-pack=sound")
    alone.assert_outcomes(passed=3, skipped=1)
    both = run("--studio-pack=sound", "suite")
    both.assert_outcomes(passed=3, skipped=1, failed=1)
    assert both.ret == 1


def test_a_test_file_that_does_not_import_ends_the_run_as_pytest_says(run: Runner) -> None:
    run.pytester.makepyfile(test_own="import absent_module_x")
    assert run("--studio-pack=sound", "test_own.py").ret == pytest.ExitCode.INTERRUPTED
    going_on = run("--studio-pack=sound", "test_own.py", "--continue-on-collection-errors")
    assert going_on.ret == 1


def test_without_packs_nothing_changes(run: Runner) -> None:
    run.pytester.makepyfile("def test_own(): pass")
    result = run()
    assert result.ret == 0
    assert "studio conformance" not in result.stdout.str()


def test_k_leaves_the_rest_not_reached(run: Runner) -> None:
    result = run("--studio-pack=mypack", "-k", "Any_x_y_", "--studio-report=out")
    result.assert_outcomes(failed=1, passed=1, deselected=8)
    report = run.report()
    reached = {r["node"] for r in report["results"] if r["outcome"] != "not_reached"}
    assert reached == {"Any [x] (y)"}
    assert report["complete"] is False
    assert report["totals"]["results"] == 14


def test_k_knows_the_nodes_own_name_too(run: Runner) -> None:
    run("--studio-pack=mypack", "-k", "Inv::ert").assert_outcomes(passed=2, deselected=8)


@pytest.mark.parametrize(("given", "passed"), [("Sound", 2), ("Sound::V1", 1), ("Soun", 0)])
def test_an_item_id_from_a_summary_selects_the_item(run: Runner, given: str, passed: int) -> None:
    result = run("--studio-pack=mypack", f"mypack::{given}")
    result.assert_outcomes(passed=passed, deselected=10 - passed)


def test_an_item_id_may_stand_beside_a_test_file(run: Runner) -> None:
    run.pytester.makepyfile(test_own="def test_own(): pass")
    run("--studio-pack=mypack", "mypack::Sound::V1", "test_own.py").assert_outcomes(
        passed=2, deselected=9
    )


def test_x_stops_at_the_first_finding(run: Runner) -> None:
    result = run("--studio-pack=mypack", "-x", "--studio-report=out")
    assert result.ret == 1
    result.assert_outcomes(failed=1, passed=3, skipped=1)
    assert run.report()["complete"] is False


def test_lf_runs_what_failed(run: Runner) -> None:
    run("--studio-pack=mypack")
    result = run("--studio-pack=mypack", "--lf", "-v", "--tb=no")
    assert _items(result) == [
        "mypack::Faulty::SCHEMA FAILED",
        "mypack::Any_x_y_::SCHEMA FAILED",
    ]


def test_junit_names_the_codes(run: Runner) -> None:
    run("--studio-pack=mypack", "--junitxml=junit.xml")
    cases = ElementTree.parse(run.path / "junit.xml").iter("testcase")
    failed = {
        f"{c.get('classname')}.{c.get('name')}": c for c in cases if c.find("failure") is not None
    }
    assert sorted(failed) == ["mypack.Any_x_y_.SCHEMA", "mypack.Faulty.SCHEMA"]
    properties = {
        p.get("name"): p.get("value") for p in failed["mypack.Faulty.SCHEMA"].iter("property")
    }
    assert properties["studio_codes"] == "SCHEMA-001"
    assert re.fullmatch("[0-9a-f]{12}", properties["studio_findings"] or "")


def test_collect_only_judges_nothing(run: Runner) -> None:
    result = run("--studio-pack=mypack", "--collect-only", "--studio-report=out")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["<Pack mypack>", "  <Checks LOAD>", "  <Node Sound>"])
    assert not (run.path / "out" / "events.jsonl").exists()


def test_a_replay_command_judges_the_one_finding_again(run: Runner) -> None:
    run("--studio-pack=mypack", "--studio-report=out")
    replays = [r["replay"] for r in run.report()["results"] if r["outcome"] == "failed"]
    assert len(replays) == 2
    for replay in replays:
        program, *args = shlex.split(replay)
        assert program == "pytest"
        run(*args).assert_outcomes(failed=1, deselected=3)


def test_several_packs_and_their_reports(run: Runner) -> None:
    result = run("--studio-pack=mypack", "--studio-pack=sound", "--studio-report=out")
    assert result.ret == 1
    assert run.report("out/mypack")["totals"]["failed"] == 2
    assert run.report("out/sound")["totals"]["failed"] == 0
    result.stdout.fnmatch_lines(["2 packs, 5 nodes: 2 errors, 0 warnings in * results"])


@pytest.mark.parametrize("given", ["nowhere", "empty", "notes.txt", "unreadable", "mistyped"])
def test_one_bad_argument_is_one_clear_line(run: Runner, given: str) -> None:
    (run.path / "empty").mkdir()
    (run.path / "notes.txt").write_text("")
    make_folder(run.path, "unreadable", "[broken\n")
    make_folder(run.path, "mistyped", "[tool.studio-conformance]\nlevle = 1\n")
    alone = run(f"--studio-pack={given}")
    assert alone.ret == 4
    (line,) = [text for text in alone.stderr.str().splitlines() if text.strip()]
    assert line.startswith("ERROR: ")
    assert given in line
    beside = run(f"--studio-pack={given}", "--studio-pack=mypack", "--studio-report=out")
    assert beside.ret == 4
    beside.stdout.fnmatch_lines(["not judged: *"])
    assert run.report()["totals"]["failed"] == 2


@pytest.mark.parametrize(
    "option",
    [
        "--studio-select=SCHEMA-01",
        "--studio-ignore=nothing-like-it",
        "--studio-api=studio-9",
        "--studio-mode=lax",
        "--studio-level=fatal",
        "--studio-timeout=soon",
        "--studio-report=mypack/__init__.py",
    ],
)
def test_a_wrong_option_is_wrong_usage(run: Runner, option: str) -> None:
    result = run("--studio-pack=mypack", option)
    assert result.ret == 4
    assert option.partition("=")[0] in result.stderr.str()


def test_nothing_tested_has_a_status_of_its_own(run: Runner, inspections: Known) -> None:
    inspections["mypack"] = a_pack()
    result = run("--studio-pack=mypack")
    assert result.ret == 10
    result.stdout.fnmatch_lines(["Zero is red*", "verdict: nothing was tested (exit status 10)"])
    assert run("--studio-pack=sound", "-k", "no_such_node").ret == 10


def test_a_broken_environment_has_a_status_of_its_own(run: Runner, inspections: Known) -> None:
    inspections["mypack"] = RuntimeError("no worker could be started")
    result = run("--studio-pack=mypack", "--studio-pack=sound")
    assert result.ret == 11
    result.assert_outcomes(passed=3, failed=1, skipped=2)
    result.stdout.fnmatch_lines(["*RuntimeError: no worker could be started"])


def test_a_pack_that_does_not_load_gives_one_diagnosis(run: Runner, inspections: Known) -> None:
    problem = a_problem("import-failed", "ValueError: boom")
    inspections["mypack"] = a_pack(load={"loaded": False}, problems=[problem])
    result = run("--studio-pack=mypack")
    assert result.ret == 1
    result.assert_outcomes(failed=1, skipped=1)


def test_an_item_that_breaks_the_harness_is_errored(run: Runner) -> None:
    run.pytester.makeconftest(
        """
        import pytest
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_call(item):
            if item.nodeid == "sound::Sound::V1":
                raise RuntimeError("the harness stumbled")
        """
    )
    result = run("--studio-pack=sound", "--studio-report=out")
    assert result.ret == 11
    (row,) = [r for r in run.report()["results"] if r["outcome"] == "errored"]
    assert row["code"] == "V1-001"
    assert "the harness stumbled" in row["message"]


def test_the_header_says_what_decides(run: Runner) -> None:
    run("--studio-pack=mypack", "--studio-api=comfy-latest").stdout.fnmatch_lines(
        ["studio conformance: mypack at level comfy-latest (*), faithful"]
    )


def test_the_header_lists_packs_that_are_judged_alike_once(run: Runner) -> None:
    names = [f"pack{i}" for i in range(7)]
    for name in names:
        make_folder(run.path, name)
    result = run(*(f"--studio-pack={name}" for name in names), "--studio-mode=strict")
    result.stdout.fnmatch_lines(
        ["studio conformance: pack0, pack1, pack2, pack3, pack4 and 2 more at level *, strict"]
    )


def test_two_runs_write_the_same_results(run: Runner) -> None:
    run("--studio-pack=mypack", "--studio-report=one")
    run("--studio-pack=mypack", "--studio-report=two")
    assert run.report("one")["results"] == run.report("two")["results"]


def test_random_order_changes_nothing_in_the_report(run: Runner) -> None:
    run("--studio-pack=mypack", "--studio-report=one")
    run.pytester.makeconftest("def pytest_collection_modifyitems(items): items.reverse()")
    run("--studio-pack=mypack", "--studio-report=two")
    assert run.report("one")["results"] == run.report("two")["results"]


@pytest.fixture
def distributed(
    pytester: pytest.Pytester, plugin_args: tuple[str, ...], inspections: Known
) -> Runner:
    """Real checks: the processes that xdist starts know nothing of made-up ones."""
    pytest.importorskip("xdist")
    inspections["mypack"] = a_pack(*NODES)
    make_folder(pytester.path, "mypack")
    return Runner(pytester, plugin_args)


def test_xdist_gives_the_same_report(distributed: Runner) -> None:
    alone = distributed("--studio-pack=mypack", "--studio-report=one", "--studio-select=V1")
    shared = distributed("--studio-pack=mypack", "--studio-report=two", "--studio-select=V1", "-n2")
    assert alone.ret == shared.ret == 1
    one, two = distributed.report("one"), distributed.report("two")
    assert one["results"] == two["results"]
    assert one["totals"] == two["totals"]
    assert two["complete"] is True


def test_xdist_with_x_ends_with_findings(distributed: Runner) -> None:
    result = distributed("--studio-pack=mypack", "--studio-select=V1", "-n2", "-x")
    assert result.ret == 1


def test_xdist_runs_what_an_item_id_selects(distributed: Runner) -> None:
    result = distributed("--studio-pack=mypack", "-n2", "mypack::Sound::V1")
    result.assert_outcomes(failed=1)


def test_xdist_loads_a_pack_once(distributed: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio_conformance import opening, pack_run

    loads: list[object] = []
    real = pack_run.Inspecting
    for module in (opening, pack_run):
        monkeypatch.setattr(module, "Inspecting", lambda spec: (loads.append(spec), real(spec))[1])
    distributed("--studio-pack=mypack", "--studio-select=V1", "-n2")
    assert len(loads) == 1


PHASES = ("setup", "call", "teardown")


@pytest.mark.parametrize("asked", [(), ("--durations=1000", "-vv")])
def test_setup_and_teardown_are_reported_to_who_listens(
    run: Runner, asked: tuple[str, ...]
) -> None:
    result = run("--studio-pack=mypack", *asked)
    assert ("s setup " in result.stdout.str()) is bool(asked)


def test_another_listener_hears_every_report(run: Runner) -> None:
    run.pytester.makeconftest(
        "def pytest_runtest_logreport(report): print('heard', report.when, report.nodeid)"
    )
    result = run("--studio-pack=mypack", "-s")
    heard = [line for line in result.stdout.str().splitlines() if "heard" in line]
    phases = {phase: sum(f"heard {phase} " in line for line in heard) for phase in PHASES}
    assert phases["setup"] == phases["call"] == phases["teardown"] > 0
