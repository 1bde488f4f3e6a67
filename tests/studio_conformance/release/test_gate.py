"""The gate as a user meets it: pytest with --studio-baseline, and the command diff."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from repositories import GLUE, TEXT, TIMES, commit, write_release

import studio_conformance
from studio_conformance.cli import main
from studio_conformance.events import read_events

SCHEMAS = Path(studio_conformance.__file__).parent / "schemas"
QUICK = ("-p", "no:hypothesispytest", "-p", "no:cacheprovider", "--studio-ignore=EXEC,RPC,ENV")
SHIFTED = TEXT + GLUE + TIMES


class Gate:
    """Runs pytest on ``mypack`` in a fresh folder."""

    def __init__(self, pytester: pytest.Pytester, plugin_args: tuple[str, ...]) -> None:
        self.pytester = pytester
        self.plugin_args = plugin_args
        self.path = pytester.path

    def __call__(self, *args: str) -> pytest.RunResult:
        fixed = ("--studio-pack=mypack", "--studio-select=RELEASE", "--studio-report=out")
        return self.pytester.runpytest_inprocess(*self.plugin_args, *QUICK, *fixed, *args)

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.path / "out" / "report.json").read_text())
        return report


@pytest.fixture
def gate(pytester: pytest.Pytester, plugin_args: tuple[str, ...]) -> Gate:
    write_release(pytester.path / "old" / "mypack", "1.0.0")
    return Gate(pytester, plugin_args)


def failed(report: dict[str, Any]) -> list[str]:
    return [row["slug"] for row in report["results"] if row["outcome"] == "failed"]


def test_a_shift_under_a_patch_bump(gate: Gate) -> None:
    pack = write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    result = gate("--studio-baseline=old/mypack")
    assert result.ret == 1
    result.stdout.fnmatch_lines([
        "baseline of my-texts: my-texts 1.0.0 (old/mypack)",
        "baseline: my-texts 1.0.0 (old/mypack)",
        "1 change, major bump needed, patch declared (1.0.0 to 1.0.1)",
        "  major widget-order-shifted: Repeat",
    ])  # fmt: skip
    report = gate.report()
    assert failed(report) == ["version-bump-too-small", "widget-order-shifted"]
    bump, shift = (row for row in report["results"] if row["outcome"] == "failed")
    assert "2.0.0 or higher" in bump["message"]
    assert (bump["file"], bump["line"]) == (str(pack / "pyproject.toml"), 3)
    assert (shift["node"], shift["file"]) == ("Repeat", str(pack / "__init__.py"))
    assert '"glue"' in (pack / "__init__.py").read_text().splitlines()[shift["line"] - 1]
    command = shlex.split(shift["replay"])
    assert command[:3] == ["studio-conformance", "diff", str(gate.path / "old" / "mypack")]


def test_what_the_log_says(gate: Gate) -> None:
    pack = write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    gate("--studio-baseline=old/mypack")
    events = read_events(gate.path / "out" / "events.jsonl")
    schema = json.loads((SCHEMAS / "events.schema.json").read_text())
    for event in events:
        jsonschema.validate(event, schema)
    (release,) = (event for event in events if event["event"] == "release")
    assert list(release) == [
        "event", "pack", "baseline", "outcome", "declared", "bump", "needed",
    ]  # fmt: skip
    assert release["baseline"] == {"name": "my-texts", "version": "1.0.0", "source": "old/mypack"}
    assert release["declared"] == ["1.0.0", "1.0.1"]
    assert (release["outcome"], release["bump"], release["needed"]) == (
        "compared",
        "patch",
        "major",
    )
    (change,) = (event for event in events if event["event"] == "change")
    assert list(change) == ["event", "pack", "code", "node", "kind", "bump", "what", "file", "line"]
    assert (change["code"], change["kind"]) == ("RELEASE-009", "widget-order-shifted")
    assert change["file"] == str(pack / "__init__.py")
    report = gate.report()
    jsonschema.validate(report, json.loads((SCHEMAS / "report.schema.json").read_text()))
    told = {key: value for key, value in change.items() if key not in ("event", "pack")}
    assert report["release"]["changes"] == [told]
    assert report["interface"]["nodes"][0]["widgets"] == ["text", "glue", "times"]


def test_a_version_that_announces_the_change_is_green(gate: Gate) -> None:
    write_release(gate.path / "mypack", "2.0.0", SHIFTED)
    result = gate("--studio-baseline=old/mypack")
    assert result.ret == 0
    report = gate.report()
    assert failed(report) == []
    assert [change["kind"] for change in report["release"]["changes"]] == ["widget-order-shifted"]


def test_below_one_a_minor_bump_announces_what_breaks(gate: Gate) -> None:
    write_release(gate.path / "old" / "mypack", "0.4.0")
    write_release(gate.path / "mypack", "0.4.1", SHIFTED)
    assert gate("--studio-baseline=old/mypack").ret == 1
    assert gate.report()["release"]["needed"] == "minor"
    write_release(gate.path / "mypack", "0.5.0", SHIFTED)
    assert gate("--studio-baseline=old/mypack").ret == 0


def test_the_report_of_an_earlier_run_is_a_baseline(gate: Gate) -> None:
    write_release(gate.path / "mypack", "1.0.0")
    gate("--studio-baseline=git:", "--studio-select=LOAD")  # no repository: refused
    result = gate.pytester.runpytest_inprocess(
        *gate.plugin_args, *QUICK, "--studio-pack=mypack", "--studio-report=was"
    )
    assert "RELEASE" not in result.stdout.str()
    write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    for file in ("report.json", "events.jsonl"):
        assert gate(f"--studio-baseline=was/{file}").ret == 1
        assert failed(gate.report()) == ["version-bump-too-small", "widget-order-shifted"]


@pytest.mark.parametrize("cut", [1, 2])
def test_a_log_that_was_cut_is_no_baseline(gate: Gate, cut: int) -> None:
    write_release(gate.path / "mypack", "1.0.0")
    gate.pytester.runpytest_inprocess(
        *gate.plugin_args, *QUICK, "--studio-pack=mypack", "--studio-report=was"
    )
    lines = (gate.path / "was" / "events.jsonl").read_text().splitlines(keepends=True)
    (gate.path / "old.jsonl").write_text("".join(lines[:-cut]))
    write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    result = gate("--studio-baseline=old.jsonl")
    assert result.ret == 4
    assert "old.jsonl: no footer after line" in result.stderr.str() + result.stdout.str()


def test_a_node_that_is_gone_is_told_under_its_id(gate: Gate) -> None:
    pack = write_release(gate.path / "mypack", "1.0.1", key="Repeat")
    old = (
        (pack / "__init__.py")
        .read_text()
        .replace('{"Repeat": Repeat}', '{"Repeat": Repeat, "Gone": type("Other", (Repeat,), {})}')
    )
    (gate.path / "old" / "mypack" / "__init__.py").write_text(old)
    assert gate("--studio-baseline=old/mypack").ret == 1
    row = next(row for row in gate.report()["results"] if row["slug"] == "node-removed")
    assert (row["outcome"], row["node"]) == ("failed", "Gone")
    line = (pack / "__init__.py").read_text().splitlines()[row["line"] - 1]
    assert line.startswith("NODE_CLASS_MAPPINGS")


def test_no_earlier_release_is_neither_green_nor_red(gate: Gate) -> None:
    pack = write_release(gate.path / "mypack", "1.0.0")
    commit(pack)
    result = gate("--studio-baseline=git:", "--studio-select=LOAD")
    result.stdout.fnmatch_lines(["baseline of my-texts: no earlier release: no tag of *"])
    assert result.ret == 0
    report = gate.report()
    assert report["release"]["outcome"] == "no-earlier-release"
    assert report["release"]["baseline"] is None
    rows = [row for row in report["results"] if row["family"] == "RELEASE"]
    assert {row["outcome"] for row in rows} == {"not_applicable"}
    assert all("no earlier release: no tag" in row["message"] for row in rows)
    # With nothing else judged, nothing was tested.
    assert gate("--studio-baseline=git:").ret == 10


@pytest.mark.parametrize(
    ("version", "baseline", "said"),
    [
        ("1.0.0", "old/mypack", "is version 1.0.0, which is not below the pack's own 1.0.0"),
        ("0.9.0", "old/mypack", "not below the pack's own 0.9.0"),
        ("1.0.1", "nowhere", "no such file or folder"),
        ("1.0.1", "git:v1", "git"),
        ("1.0.1", "other/mypack", "is the pack 'others', not 'my-texts'"),
        ("1.0.1", "bad.json", "holds no interface of a pack"),
        ("1.0.1", "broken.json", "nodes/0: 'id' is a required property"),
    ],
)
def test_wrong_usage(gate: Gate, version: str, baseline: str, said: str) -> None:
    write_release(gate.path / "mypack", version)
    write_release(gate.path / "other" / "mypack", "0.1.0", name="others")
    (gate.path / "bad.json").write_text("{}")
    broken = {"interface_version": 1, "name": "my-texts", "version": None, "declared": True}
    broken |= {"level": "", "mapping": True, "modules": [], "replacements": [], "nodes": [{}]}
    (gate.path / "broken.json").write_text(json.dumps(broken))
    result = gate(f"--studio-baseline={baseline}")
    assert result.ret == 4
    assert said in result.stderr.str() + result.stdout.str()


def test_a_pack_of_another_name_without_a_common_node(gate: Gate) -> None:
    write_release(gate.path / "unnamed" / "theirs", None, key="Else")
    write_release(gate.path / "mypack", "1.0.1")
    result = gate("--studio-baseline=unnamed/theirs")
    assert result.ret == 4
    assert "the two share no node" in result.stderr.str() + result.stdout.str()


def test_a_baseline_that_does_not_load_breaks_the_judgement(gate: Gate) -> None:
    (gate.path / "old" / "mypack" / "__init__.py").write_text("raise ValueError('no')\n")
    write_release(gate.path / "mypack", "1.0.1")
    assert gate("--studio-baseline=old/mypack").ret == 11
    row = next(row for row in gate.report()["results"])
    assert "can't be compared: importing the pack raised ValueError" in row["message"]


WAIVERS = """\
[[tool.studio-conformance.waivers]]
code = "RELEASE-009"
node = "{}"
reason = "nobody has saved it yet"
"""


@pytest.mark.parametrize(
    ("node", "left"),
    [("Repeat", []), ("Other", ["version-bump-too-small", "widget-order-shifted"])],
)
def test_a_change_that_is_waived_asks_for_no_version(
    gate: Gate, node: str, left: list[str]
) -> None:
    pack = write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    settings = pack / "pyproject.toml"
    settings.write_text(settings.read_text() + WAIVERS.format(node))
    gate("--studio-baseline=old/mypack")
    report = gate.report()
    assert [slug for slug in failed(report) if slug != "unused-waiver"] == left
    assert report["release"]["needed"] == "major", "what changed is told all the same"


def test_the_family_needs_a_baseline(gate: Gate) -> None:
    write_release(gate.path / "mypack", "1.0.1")
    result = gate()
    assert result.ret == 4
    assert "it needs --studio-baseline" in result.stderr.str()


def test_settings_name_the_baseline(gate: Gate) -> None:
    pack = write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    with (pack / "pyproject.toml").open("a") as file:
        file.write('[tool.studio-conformance]\nbaseline = "../old/mypack"\n')
    assert gate().ret == 1
    assert "widget-order-shifted" in failed(gate.report())


def test_xdist_judges_alike(gate: Gate) -> None:
    pytest.importorskip("xdist")
    write_release(gate.path / "mypack", "1.0.1", SHIFTED)
    result = gate("--studio-baseline=old/mypack", "-p", "xdist", "-n", "2")
    assert result.ret == 1
    assert failed(gate.report()) == ["version-bump-too-small", "widget-order-shifted"]


# --- the command diff ---------------------------------------------------------------------------


def run_diff(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(["diff", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def test_diff_tells_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write_release(tmp_path / "old" / "mypack", "1.0.0")
    new = write_release(tmp_path / "new" / "mypack", "1.0.1", SHIFTED)
    status, out, _ = run_diff(old, new, capsys=capsys)
    lines = out.splitlines()
    assert status == 1
    assert lines[0] == f"baseline: my-texts 1.0.0 ({old})"
    assert lines[2] == "the next version is 2.0.0 or higher"
    assert lines[3].startswith(f"! major widget-order-shifted  {new}/__init__.py:")
    assert "'times' (value 2) goes to 'glue'" in lines[4]
    status, out, _ = run_diff(old, new, "--format=json", capsys=capsys)
    assert json.loads(out)["needed"] == "major"


def test_diff_of_two_commits_and_of_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_release(tmp_path / "mypack", "1.0.0")
    first = commit(pack, "v1.0.0")
    write_release(pack, "1.1.0", TEXT + TIMES + GLUE)
    for old in (f"git:{first[:12]}", "git:"):
        status, out, _ = run_diff(old, pack, capsys=capsys)
        assert (status, "required-widget-added" in out) == (0, True)
    face = {"interface": _interface(pack)}
    (tmp_path / "new.json").write_text(json.dumps(face))
    (tmp_path / "old.json").write_text(json.dumps(face))
    status, out, _ = run_diff(tmp_path / "old.json", tmp_path / "new.json", capsys=capsys)
    assert (status, out.splitlines()[1][:9]) == (0, "0 changes")


def _interface(pack: Path) -> object:
    from studio_conformance.session import open_pack

    run = open_pack(str(pack), {}, pack)
    run.load()
    return run.interface()


@pytest.mark.parametrize("arguments", [("nowhere", "mypack"), ("mypack", "nowhere")])
def test_diff_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, str],
) -> None:  # fmt: skip
    write_release(tmp_path / "mypack", "1.0.0")
    monkeypatch.chdir(tmp_path)
    status, _, err = run_diff(*arguments, capsys=capsys)
    assert status == 4
    assert "nowhere" in err
    assert len(err.splitlines()) == 1


def test_diff_shows_any_name_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = write_release(tmp_path / "mypack", "1.0.1")
    face: Any = _interface(new)
    for name in ("\ud800half", "\x1b[31mred\nline"):
        face["nodes"].append({**face["nodes"][0], "id": name, "class_name": name})
    (tmp_path / "old.json").write_text(json.dumps({**face, "version": "1.0.0"}))
    status, out, _ = run_diff(tmp_path / "old.json", new, capsys=capsys)
    assert status == 1
    assert "    \\ud800half: the node" in out
    assert "    \\u001b[31mred line: the node" in out


def test_diff_names_nodes_that_it_did_not_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write_release(tmp_path / "old" / "mypack", "1.0.0")
    new = write_release(tmp_path / "new" / "mypack", "1.0.1", "**undefined")
    status, out, _ = run_diff(old, new, capsys=capsys)
    assert (status, "not compared: Repeat: the new release gives no schema" in out) == (0, True)


@pytest.mark.parametrize("name", ["loop", "pipe", "x" * 5000])
def test_diff_refuses_what_can_not_be_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo("pipe")
    pack = write_release(tmp_path / "mypack", "1.0.0")
    for pair in ((name, pack), (pack, name)):
        status, _, err = run_diff(*pair, capsys=capsys)
        assert (status, len(err.splitlines())) == (4, 1)
