"""Values that a pack's settings and a user's hook give, and fakes: whole runs with real workers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PACK = """
import json

class ReadCard:
    FUNCTION, CATEGORY, RETURN_TYPES = "run", "tests", ("STRING",)
    DESCRIPTION = "Reads a card."

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"card": ("CARD",), "text": ("STRING", {"default": "{}"})}}

    def run(self, card, text):
        if card["rank"] == "joker":
            return (0,)
        return (card["rank"] + str(json.loads(text)),)

class PatchModel:
    FUNCTION, CATEGORY, RETURN_TYPES = "run", "tests", ("MODEL",)
    DESCRIPTION = "Hands on a copy of a model."

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"model": ("MODEL",)}}

    def run(self, model):
        return (model.clone(),)

NODE_CLASS_MAPPINGS = {"TestsReadCard": ReadCard, "TestsPatchModel": PatchModel}
"""
SETTINGS = """
[tool.studio-conformance.strategies]
CARD = [{value = {rank = "ace"}}, {dict = {rank = {value = "king"}}}]
"TestsReadCard.text" = ["{}", "[1, 2]"]
"""
CONFTEST = """
from hypothesis import strategies as st
from studio_conformance.strategies import own

def pytest_studio_strategies(config):
    ranks = st.sampled_from(["two", "three"])
    return {"CARD": own({"value": {"rank": "ace"}}, {"value": {"rank": "joker"}},
                        drawn=ranks.map(lambda rank: {"value": {"rank": rank}})),
            "CRAD": ["mistyped"]}
"""


Run = Callable[..., tuple[subprocess.CompletedProcess[str], dict[str, Any]]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mypack").mkdir()
    (tmp_path / "mypack" / "__init__.py").write_text(PACK)
    return tmp_path


@pytest.fixture
def run(root: Path, plugin_args: tuple[str, ...]) -> Run:
    """Runs pytest on the pack; what it printed, and its report."""

    def start(*args: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        command = [sys.executable, "-m", "pytest", *plugin_args, "--studio-pack=mypack"]
        command += ["--studio-select=EXEC", "--studio-report=out", *args]
        # Said aloud: under tox the cache's folder is otherwise tox's.
        command += ["-o", "cache_dir=.pytest_cache"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)
        file = root / "out" / "report.json"
        return done, json.loads(file.read_text()) if file.exists() else {}

    return start


def tally(report: dict[str, Any], node: str) -> dict[str, Any]:
    (found,) = [each for each in report["executions"] if each["node"] == node]
    return dict(found)


def test_without_values_a_node_of_an_own_type_is_not_generable(root: Path, run: Run) -> None:
    done, report = run()
    assert "not generable: 2 nodes need" in done.stdout
    assert "--studio-fakes gives small fakes for models" in done.stdout
    assert tally(report, "TestsReadCard")["returned"] == 0


def test_values_of_the_settings_are_tried(root: Path, run: Run) -> None:
    (root / "mypack" / "pyproject.toml").write_text(SETTINGS)
    done, report = run("--studio-max-examples=12", "-k", "TestsReadCard")
    assert done.returncode == 0, done.stdout
    counted = tally(report, "TestsReadCard")
    assert counted["returned"] >= 5, "the defaults, a card, a text, and random ones"
    assert counted["raised"] == 0


def test_a_mistake_in_the_settings_is_one_clear_line(root: Path, run: Run) -> None:
    (root / "mypack" / "pyproject.toml").write_text(SETTINGS.replace("{value = {rank", "{val = {r"))
    done, _ = run()
    assert done.returncode == 4
    (line,) = [line for line in (done.stdout + done.stderr).splitlines() if "strategies" in line]
    assert "pyproject.toml: [tool.studio-conformance] strategies.'CARD': a recipe has one" in line


def test_a_hook_goes_before_the_settings_and_what_it_shows_is_replayed(
    root: Path, run: Run
) -> None:
    (root / "mypack" / "pyproject.toml").write_text(SETTINGS)
    (root / "conftest.py").write_text(CONFTEST)
    done, report = run("--studio-max-examples=12")
    assert "no io type or input 'CRAD'" in done.stdout
    found = [r for r in report["results"] if r["outcome"] == "failed" and r["example"]]
    assert found, done.stdout
    assert "joker" in json.dumps(found[0]["example"]["case"])
    # The case holds the value itself: a replay needs no hook.
    (root / "conftest.py").unlink()
    done, again = run(f"--studio-replay={found[0]['id']}")
    assert done.returncode == 1, done.stdout
    assert [r["id"] for r in again["results"] if r["outcome"] == "failed"] == [found[0]["id"]]


def test_the_packs_own_conftest_is_not_asked(root: Path, run: Run) -> None:
    (root / "mypack" / "conftest.py").write_text(CONFTEST)
    done, _ = run()
    assert "not generable: 2 nodes need" in done.stdout


def test_fakes_run_a_node_that_needs_a_model_and_are_named(root: Path, run: Run) -> None:
    done, report = run("--studio-fakes", "-k", "TestsPatchModel")
    assert tally(report, "TestsPatchModel")["fakes"] == ["MODEL"]
    assert tally(report, "TestsPatchModel")["returned"] > 0
    assert "1 of them with fakes: MODEL" in done.stdout
    assert "with fakes (small stand-ins) for models" in done.stdout


def test_two_runs_run_the_same_cases(root: Path, run: Run) -> None:
    """The journal of inputs goes on from run to run."""
    (root / "mypack" / "pyproject.toml").write_text(SETTINGS)
    for _ in range(2):
        run("--studio-max-examples=12", "-k", "TestsReadCard")
    (journal,) = (root / ".pytest_cache").rglob("*.jsonl")
    cases = [json.loads(line)["case"] for line in journal.read_text().splitlines()]
    half = len(cases) // 2
    assert any(case["phase"] == "random" for case in cases[:half])
    assert cases[:half] == cases[half:]
