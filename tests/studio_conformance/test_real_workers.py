"""The main job with nothing made up: tiny hostile packs, real workers, whole runs of pytest."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.alone

GOOD = """
class Invert:
    RETURN_TYPES = ("INT",)
    FUNCTION = "run"
    CATEGORY = "tests"
    DESCRIPTION = "Turns the sign."

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {"default": 1, "min": 0, "max": 9})}}

    def run(self, value):
        return (-value,)

NODE_CLASS_MAPPINGS = {"TestsInvert": Invert}
NODE_DISPLAY_NAME_MAPPINGS = {"TestsInvert": "Invert"}
"""
HOSTILE = {
    "exits": ("import os; os._exit(3)", 1),
    "asks_to_exit": ("raise SystemExit('bye')", 1),
    "segfaults": ("import ctypes; ctypes.string_at(0)", 1),
    "hangs": ("import time; time.sleep(600)", 1),
    "floods": ("import sys; sys.stdout.write('x' * 100_000_000)\n" + GOOD, 0),
    "forks": ("import os; os.fork()\n" + GOOD, None),
    "lacks": ("import a_module_that_nobody_has", 1),
    "breaks": ("raise ValueError('boom')", 1),
    "says_nothing": ("x = 1", 1),
}
"""Source of a pack that misbehaves, and the status of a run on it alone (None: either way)."""


def _pack(root: Path, name: str, source: str) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "__init__.py").write_text(source, encoding="utf-8")
    return folder


def _pytest(
    root: Path, plugin_args: tuple[str, ...], *args: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", *plugin_args, *args]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


def _report(file: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(file.read_text())
    return report


def _descendants(text: str) -> list[str]:
    """Command lines of live processes that mention ``text``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            found += [line] if text in line else []
    return found


def test_a_sound_pack_is_clean(tmp_path: Path, plugin_args: tuple[str, ...]) -> None:
    _pack(tmp_path, "sound", GOOD)
    done = _pytest(tmp_path, plugin_args, "--studio-pack=sound", "--studio-report=out")
    assert done.returncode == 0, done.stdout
    report = _report(tmp_path / "out" / "report.json")
    assert report["complete"] is True
    assert [node["node"] for node in report["nodes"]] == ["TestsInvert"]
    assert report["totals"]["failed"] == 0


@pytest.fixture(scope="module")
def together(
    tmp_path_factory: pytest.TempPathFactory, plugin_args: tuple[str, ...]
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One run over every hostile pack, with a sound one at the end."""
    root = tmp_path_factory.mktemp("hostile")
    for name, (source, _) in HOSTILE.items():
        _pack(root, name, source)
    _pack(root, "sound", GOOD)
    packs = [f"--studio-pack={name}" for name in (*HOSTILE, "sound")]
    options = ("--studio-timeout=8", "--studio-report=out")
    return root, _pytest(root, plugin_args, *packs, *options)


Together = tuple[Path, "subprocess.CompletedProcess[str]"]


def test_the_run_ends_and_judges_the_sound_pack(together: Together) -> None:
    root, done = together
    assert done.returncode == 1, done.stdout + done.stderr
    report = _report(root / "out" / "sound" / "report.json")
    assert [row for row in report["results"] if row["outcome"] == "failed"] == []


@pytest.mark.parametrize("name", [n for n, (_, status) in HOSTILE.items() if status == 1])
def test_each_hostile_pack_is_named_with_one_cause(together: Together, name: str) -> None:
    root, done = together
    report = _report(root / "out" / name / "report.json")
    failed = [r for r in report["results"] if r["outcome"] == "failed" and r["level"] == "error"]
    assert len(failed) == 1
    assert failed[0]["family"] == "LOAD"
    assert f"FAILED {name}::LOAD" in done.stdout


def test_a_flood_of_output_is_bounded(together: Together) -> None:
    report = _report(together[0] / "out" / "floods" / "report.json")
    assert report["output"]["bytes"] >= 100_000_000
    assert len(report["output"]["tail"]) <= 4000
    assert len(together[1].stdout) < 1_000_000


def test_deaths_are_attributed(together: Together) -> None:
    deaths = {
        name: _report(together[0] / "out" / name / "report.json")["deaths"][0]["cause"]
        for name in ("segfaults", "exits", "hangs")
    }
    assert "SIGSEGV" in deaths["segfaults"]
    assert "3" in deaths["exits"]
    assert "8 s" in deaths["hangs"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_no_process_is_left(together: Together) -> None:
    assert _descendants(str(together[0])) == []


def test_a_declared_dependency_that_is_missing_is_the_environments(
    tmp_path: Path, plugin_args: tuple[str, ...]
) -> None:
    """Family ENV asks an index whether such a package exists: another question."""
    folder = _pack(tmp_path, "lacks", HOSTILE["lacks"][0])
    (folder / "requirements.txt").write_text("a-module-that-nobody-has\n")
    args = ("--studio-pack=lacks", "--studio-select=LOAD", "--studio-report=out")
    done = _pytest(tmp_path, plugin_args, *args)
    assert done.returncode == 11, done.stdout
    totals = _report(tmp_path / "out" / "report.json")["totals"]
    assert (totals["errored"], totals["failed"]) == (1, 0)


def test_a_replay_command_works_when_pasted(tmp_path: Path, plugin_args: tuple[str, ...]) -> None:
    """In a folder and a node whose names the shell and ``-k`` would trip over."""
    source = GOOD.replace('"TestsInvert"', '"Tests Invert (it\'s $HOME)"')
    _pack(tmp_path, "a pack; it's", source.replace('"default": 1', '"default": 99'))
    _pytest(tmp_path, plugin_args, "--studio-pack=a pack; it's", "--studio-report=out")
    rows = _report(tmp_path / "out" / "report.json")["results"]
    (row,) = [r for r in rows if r["outcome"] == "failed" and r["level"] == "error"]
    runner = shlex.join([sys.executable, "-m", "pytest", *plugin_args])
    assert row["replay"].startswith("pytest ")
    pasted = row["replay"].replace("pytest", runner, 1) + " --studio-report=again"
    done = subprocess.run(pasted, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    again = _report(tmp_path / "again" / "report.json")
    assert again["totals"]["results"] == 1
    assert again["results"][0]["id"] == row["id"]


def test_describe_prints_json_and_nothing_else(tmp_path: Path) -> None:
    _pack(tmp_path, "noisy", "print('hello')\n" + GOOD)
    command = [sys.executable, "-m", "studio_conformance.cli", "describe", "noisy"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (info,) = json.loads(done.stdout).values()
    assert list(info)[:3] == ["input", "input_order", "output"]
    assert info["display_name"] == "Invert"
