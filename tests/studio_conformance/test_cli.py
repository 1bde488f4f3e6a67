from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from descriptions import a_failure, a_node, a_pack, a_problem, make_folder

from studio_conformance.checks import all_checks
from studio_conformance.cli import main
from studio_conformance.cli_docs import pages, stale_pages, write_pages
from studio_conformance.cli_init import WORKFLOW_PATH
from studio_conformance.config import load_settings
from studio_conformance.toml import read_toml

Known = dict[str, object]
Result = tuple[int, str, str]
Command = Callable[..., Result]
DOCS = Path(__file__).parents[2] / "docs" / "checks"


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Result:
        try:
            status = main(args)
        except SystemExit as exit:
            status = int(exit.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


# --- describe ------------------------------------------------------------------------------------


def _info(name: str) -> dict[str, object]:
    return {"output": ["IMAGE"], "input": {"required": {}}, "name": name}


def test_describe_prints_registered_nodes_in_order(
    command: Command, tmp_path: Path, inspections: Known
) -> None:
    inspections["mypack"] = a_pack(
        a_node("Zoom", info=_info("Zoom")), a_node("Blur", info=_info("Blur"))
    )
    make_folder(tmp_path)
    status, out, err = command("describe", "mypack")
    assert (status, err) == (0, "")
    assert list(json.loads(out)) == ["Zoom", "Blur"]
    assert list(json.loads(out)["Zoom"]) == ["output", "input", "name"]


def test_describe_keeps_the_last_of_two_nodes_with_one_key(
    command: Command, tmp_path: Path, inspections: Known
) -> None:
    first, second = a_node("Blur", info={"n": 1}), a_node("Blur", info={"n": 2})
    inspections["mypack"] = a_pack(first, second)
    make_folder(tmp_path)
    assert json.loads(command("describe", "mypack")[1]) == {"Blur": {"n": 2}}


def test_describe_in_the_v3_form_leaves_v1_nodes_out(
    command: Command, tmp_path: Path, inspections: Known
) -> None:
    inspections["mypack"] = a_pack(a_node("Old"), a_node("New", kind="v3", v3_info={"x": 1}))
    make_folder(tmp_path)
    assert json.loads(command("describe", "mypack", "--format", "v3")[1]) == {"New": {"x": 1}}


def test_describe_says_what_is_missing_and_why(
    command: Command, tmp_path: Path, inspections: Known
) -> None:
    failing = a_node("Bad", info=None, failure=a_failure("no such model"), registered=False)
    inspections["mypack"] = a_pack(a_node("Good"), failing)
    make_folder(tmp_path)
    status, out, err = command("describe", "mypack")
    assert (status, list(json.loads(out))) == (1, ["Good"])
    assert err == "studio-conformance: Bad: ValueError: no such model\n"


def test_describe_names_values_that_are_no_json(
    command: Command, tmp_path: Path, inspections: Known
) -> None:
    defect = {"path": ["input", "x"], "kind": "type", "type": "set", "repr": "{1}"}
    inspections["mypack"] = a_pack(a_node("Odd", info_defects=[defect]))
    make_folder(tmp_path)
    assert "Odd: input.x is no JSON value (set: {1})" in command("describe", "mypack")[2]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (RuntimeError("no worker"), 11),
        (a_pack(load={"loaded": False}, problems=[a_problem("dependency-missing")]), 11),
        (a_pack(load={"loaded": False}, problems=[a_problem("import-failed", "boom")]), 1),
        (a_pack(), 10),
    ],
)
def test_describe_ends_with_the_status_of_a_run(
    command: Command, tmp_path: Path, inspections: Known, given: object, status: int
) -> None:
    inspections["mypack"] = given
    make_folder(tmp_path)
    assert command("describe", "mypack")[0] == status


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["nowhere"], "no pack 'nowhere'"),
        (["mypack", "--api", "studio-9"], "--api: unknown API level"),
        (["mypack", "--timeout", "x"], "--timeout must be"),
        (["mypack", "--format", "xml"], "invalid choice"),
        ([], "required: PACK"),
    ],
)
def test_describe_refuses_wrong_usage(
    command: Command, tmp_path: Path, args: list[str], told: str
) -> None:
    make_folder(tmp_path)
    status, out, err = command("describe", *args)
    assert (status, out) == (4, "")
    assert told in err


# --- rules, explain ------------------------------------------------------------------------------


def test_rules_lists_every_check(command: Command) -> None:
    _, table, _ = command("rules")
    data = json.loads(command("rules", "--format", "json")[1])
    markdown = command("rules", "--format", "markdown")[1]
    for code, check in all_checks().items():
        assert code in table
        assert f"| {code} | {check.slug} |" in markdown
    assert [entry["code"] for entry in data] == [*all_checks(), "WAIVER-001", "WAIVER-002"]
    assert all(entry["why"] and entry["fix"] for entry in data)


@pytest.mark.parametrize("name", ["LOAD-001", "load-001", "import-ok"])
def test_explain_knows_codes_and_slugs(command: Command, name: str) -> None:
    status, out, _ = command("explain", name)
    assert status == 0
    assert out.startswith("LOAD-001 import-ok (error)\n")
    assert "--studio-select=LOAD-001" in out


def test_explain_knows_families_and_our_own_rules(command: Command) -> None:
    assert command("explain", "COMPAT")[1].count("\nwhy:") > 1
    assert "WAIVER-002 expired-waiver" in command("explain", "waiver-002")[1]


def test_explain_names_the_nearest(command: Command) -> None:
    status, out, err = command("explain", "load-01")
    assert (status, out) == (4, "")
    assert "did you mean LOAD-0" in err


def test_a_reader_that_stops_early_is_no_error() -> None:
    program = [sys.executable, "-m", "studio_conformance.cli", "rules"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=30) == 0


# --- docs ----------------------------------------------------------------------------------------


def test_the_pages_of_the_checks_are_current() -> None:
    """Else: run ``studio-conformance docs``."""
    assert stale_pages(DOCS) == []


def test_stale_and_stray_pages_are_named_and_mended(tmp_path: Path) -> None:
    write_pages(tmp_path, list(pages()))
    (tmp_path / "LOAD-001.md").write_text("old")
    (tmp_path / "LOAD-999.md").write_text("of no check")
    (tmp_path / "notes.md").write_text("somebody's own")
    assert stale_pages(tmp_path) == ["LOAD-001.md", "LOAD-999.md"]
    write_pages(tmp_path, stale_pages(tmp_path))
    assert stale_pages(tmp_path) == []
    assert (tmp_path / "notes.md").exists()


def test_docs_can_only_check(command: Command, tmp_path: Path) -> None:
    status, _, err = command("docs", "pages", "--check")
    assert status == 1
    assert "LOAD-001.md is not current" in err
    assert not (tmp_path / "pages").exists()
    assert command("docs", "pages")[0] == command("docs", "pages", "--check")[0] == 0


# --- init ----------------------------------------------------------------------------------------


def test_init_writes_settings_and_a_workflow(command: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    status, out, _ = command("init", "mypack")
    assert status == 0
    assert out.count("written") == 2
    assert load_settings(folder).api == "studio-0.3.71"
    assert "pytest --studio-pack=." in (folder / WORKFLOW_PATH).read_text()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "NEWLINE"])
def test_init_keeps_the_pyproject_byte_for_byte(
    command: Command, tmp_path: Path, newline: str, end: str
) -> None:
    folder = make_folder(tmp_path)
    old = f'# mine{newline}[project]{newline}name  =  "x" # ü'.encode()
    old += end.replace("NEWLINE", newline).encode()
    (folder / "pyproject.toml").write_bytes(old)
    command("init", "mypack")
    new = (folder / "pyproject.toml").read_bytes()
    assert new.startswith(old)
    assert read_toml(folder / "pyproject.toml")["project"] == {"name": "x"}
    assert new.count(b"\n") == new.count(newline.encode())


def test_init_twice_changes_nothing(command: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    command("init", "mypack")
    files = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    status, out, _ = command("init", "mypack")
    assert (status, out.count("nothing to do")) == (0, 2)
    assert files == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_init_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / WORKFLOW_PATH).parent.mkdir(parents=True)
    (folder / WORKFLOW_PATH).write_text("name: mine\n")
    status, _, err = command("init", "mypack")
    assert status == 4
    assert "left as it is" in err
    assert (folder / WORKFLOW_PATH).read_text() == "name: mine\n"
    assert not (folder / "pyproject.toml").exists()


def test_init_keeps_settings_that_exist(command: Command, tmp_path: Path) -> None:
    text = "[tool.studio-conformance]\ntimeout = 5\n"
    folder = make_folder(tmp_path, pyproject=text)
    assert command("init", "mypack")[0] == 0
    assert (folder / "pyproject.toml").read_text() == text


@pytest.mark.parametrize(
    ("pyproject", "told"),
    [("[broken\n", "pyproject.toml:1:"), ("tool = { x = 1 }\n", "add it by hand")],
)
def test_init_leaves_alone_what_it_can_not_extend(
    command: Command, tmp_path: Path, pyproject: str, told: str
) -> None:
    folder = make_folder(tmp_path, pyproject=pyproject)
    status, _, err = command("init", "mypack")
    assert status == 4
    assert told in err
    assert (folder / "pyproject.toml").read_text() == pyproject
    assert not (folder / WORKFLOW_PATH).exists()


def test_init_wants_a_pack(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.py").write_text("")
    for given, told in (("empty", "is empty"), ("x.py", "is a file"), ("nowhere", "no such")):
        status, _, err = command("init", given)
        assert status == 4
        assert told in err
