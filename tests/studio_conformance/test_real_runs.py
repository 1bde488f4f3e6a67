"""Family EXEC with nothing made up: nodes run, findings carry their input and are replayed."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACK = """
class Base:
    FUNCTION = "run"
    CATEGORY = "tests"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

class Sound(Base):
    def run(self, image):
        return (image.clone(),)

class InPlace(Base):
    def run(self, image):
        image *= 0.5
        return (image,)

class NeedsWeights(Base):
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"rocket": ("ROCKET_ENGINE",)}}
    def run(self, rocket):
        return (None,)

NODE_CLASS_MAPPINGS = {"TestsSound": Sound, "TestsInPlace": InPlace, "TestsWeights": NeedsWeights}
"""
CODE = "EXEC-015"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "mypack").mkdir()
    (folder / "mypack" / "__init__.py").write_text(PACK)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


Ran = subprocess.CompletedProcess[str]


def command(root: Path, *args: str) -> Ran:
    return subprocess.run(
        [sys.executable, "-m", *args], cwd=root, capture_output=True, text=True, timeout=120
    )


def judge(root: Path, plugin_args: tuple[str, ...], *args: str) -> Ran:
    return command(
        root, "pytest", "-p", "no:hypothesispytest", *plugin_args, "--studio-pack=mypack", *args
    )


@pytest.fixture(scope="module")
def ran(root: Path, plugin_args: tuple[str, ...]) -> Ran:
    return judge(root, plugin_args, f"--studio-select={CODE}", "--studio-report=out")


@pytest.fixture(scope="module")
def report(root: Path, ran: Ran) -> dict[str, Any]:
    assert ran.returncode == 1, ran.stdout + ran.stderr
    loaded: dict[str, Any] = json.loads((root / "out" / "report.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def finding(report: dict[str, Any]) -> dict[str, Any]:
    (row,) = (row for row in report["results"] if row["outcome"] == "failed")
    found: dict[str, Any] = row
    return found


def test_every_node_is_accounted_for(report: dict[str, Any]) -> None:
    outcomes = {row["node"]: row["outcome"] for row in report["results"]}
    assert outcomes == {
        "TestsSound": "passed", "TestsInPlace": "failed", "TestsWeights": "not_generable",
    }  # fmt: skip
    (told,) = (row["message"] for row in report["results"] if row["outcome"] == "not_generable")
    assert "ROCKET_ENGINE" in told


def test_the_counts_stand_in_report_and_terminal(ran: Ran, report: dict[str, Any]) -> None:
    counts = {row["node"]: row for row in report["executions"]}
    assert counts["TestsSound"]["returned"] == counts["TestsSound"]["planned"] > 0
    assert counts["TestsWeights"]["not_generable"] == ["rocket (ROCKET_ENGINE)"]
    assert "running nodes: at most 90 s (--studio-budget)" in ran.stdout
    assert "ran 2 of 3 nodes" in ran.stdout


def test_a_finding_carries_its_input(finding: dict[str, Any]) -> None:
    example = finding["example"]
    assert example["case"]["inputs"]["image"]["make"] == "IMAGE"
    assert example["text"].startswith("image=IMAGE 1x")
    assert f"--studio-replay={finding['id']}" in finding["replay"]


def test_the_snippet_runs_the_node_on_the_input(root: Path, finding: dict[str, Any]) -> None:
    snippet = finding["example"]["snippet"]
    done = subprocess.run(
        [sys.executable, "-c", snippet], cwd=root, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("(tensor(")


def test_the_replay_command_judges_that_input_again(
    root: Path, plugin_args: tuple[str, ...], finding: dict[str, Any]
) -> None:
    program, *args = shlex.split(finding["replay"])
    assert program == "pytest"
    done = command(root, "pytest", "-p", "no:hypothesispytest", *plugin_args, *args)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 check, 1 result: 1 failed" in done.stdout
    assert "1 inputs: 1 returned" in done.stdout


@pytest.mark.parametrize("file", ["report.json", "events.jsonl"])
def test_a_report_and_a_log_are_replayed(
    root: Path, report: dict[str, Any], finding: dict[str, Any], file: str
) -> None:
    done = command(root, "studio_conformance.cli", "replay", f"out/{file}", "--id", finding["id"])
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 check, 1 result: 1 failed" in done.stdout


def test_an_id_that_is_not_kept_is_wrong_usage(
    root: Path, plugin_args: tuple[str, ...], report: dict[str, Any]
) -> None:
    done = judge(root, plugin_args, "--studio-replay=0123456789ab")
    assert done.returncode == 4
    assert "run the pack once without --studio-replay" in done.stderr
    done = command(root, "studio_conformance.cli", "replay", "out/report.json", "--id", "ffff")
    assert done.returncode == 4
    assert "has no finding ffff" in done.stderr


def test_what_the_budget_leaves_is_counted(
    root: Path, plugin_args: tuple[str, ...], report: dict[str, Any]
) -> None:
    done = judge(
        root, plugin_args, f"--studio-select={CODE}", "--studio-budget=0.001", "--studio-report=b"
    )
    short = json.loads((root / "b" / "report.json").read_text())
    outcomes = {row["node"]: row["outcome"] for row in short["results"]}
    assert outcomes["TestsInPlace"] == "not_reached"
    rows = {row["node"]: row for row in short["executions"]}
    assert rows["TestsInPlace"]["not_reached"] == rows["TestsInPlace"]["planned"] > 0
    assert "the budget of 0.001 s for the run is spent" in done.stdout


def test_collecting_runs_no_node(root: Path, plugin_args: tuple[str, ...]) -> None:
    before = {file: file.stat().st_mtime_ns for file in root.rglob("*.journal.jsonl")}
    done = judge(root, plugin_args, "--collect-only", "-q")
    assert "TestsInPlace::EXEC" in done.stdout
    assert {f: f.stat().st_mtime_ns for f in root.rglob("*.journal.jsonl")} == before
