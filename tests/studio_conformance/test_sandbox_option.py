"""A sandbox that can't be enforced: nothing runs, unless that is asked for, and then it is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.sandbox import bubblewrap
from studio_conformance import outcomes

PACK = """
import os
with open(os.path.join(os.path.dirname(__file__), "imported"), "w") as file: file.write("x")
with open(os.path.expanduser("~/inside"), "w") as file: file.write("x")

class Greeting:
    FUNCTION, CATEGORY, RETURN_TYPES = "run", "tests", ("STRING",)
    DESCRIPTION = "Greets."

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "you"})}}

    def run(self, name):
        return (name,)

NODE_CLASS_MAPPINGS = {"TestsGreeting": Greeting}
"""
WRITTEN = ("summary.md", "report.html", "report.sarif", "junit.xml", "badge.svg", "badge.json")
OLD_KERNEL = {"STUDIO_CONFORMANCE_LANDLOCK_ABI": "0"}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "mypack"
    folder.mkdir()
    (folder / "__init__.py").write_text(PACK)
    return folder


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH on which there is no bubblewrap."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return str(folder)


def judge(
    pack: Path, plugin_args: tuple[str, ...], *args: str, **environment: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """What pytest said of the pack, and its report."""
    command = [sys.executable, "-m", "pytest", *plugin_args, f"--studio-pack={pack}"]
    command += ["--studio-select=LOAD", "--studio-report=out", *args]
    done = subprocess.run(
        command, cwd=pack.parent, capture_output=True, text=True, timeout=120,
        env={**os.environ, **environment},
    )  # fmt: skip
    report = pack.parent / "out" / "report.json"
    return done, json.loads(report.read_text()) if report.exists() else {}


def test_an_old_kernel_without_bubblewrap_runs_nothing(
    pack: Path, bare_path: str, plugin_args: tuple[str, ...]
) -> None:
    done, report = judge(pack, plugin_args, PATH=bare_path, **OLD_KERNEL)
    assert done.returncode == outcomes.NOT_ENFORCED == 12
    assert "not enforced: files (Landlock is not used)" in done.stdout
    assert "Nothing of the pack was run." in done.stdout
    assert "--studio-sandbox=observe" in done.stdout
    assert "verdict: the sandbox can't be enforced here (exit status 12)" in done.stdout
    assert not (pack / "imported").exists()
    assert report["broken"].startswith("not enforced: files")
    assert not any(row["outcome"] == "passed" for row in report["results"])


def test_observing_runs_it_says_so_and_refuses_changes_outside(
    pack: Path, bare_path: str, plugin_args: tuple[str, ...]
) -> None:
    """The write beside the pack is recorded and not performed."""
    args = ("--studio-sandbox=observe",)
    done, report = judge(pack, plugin_args, *args, PATH=bare_path, **OLD_KERNEL)
    assert done.returncode in (outcomes.CLEAN, outcomes.FINDINGS)
    assert "SANDBOX: observed, where it can't be enforced" in done.stdout
    assert not (pack / "imported").exists()
    assert report["environment"]["confinement"].startswith("not enforced: files")
    assert report["environment"]["sandbox"]["files"] == "none"
    for name in (
        "summary.md",
        "report.html",
        "report.sarif",
        "junit.xml",
        "badge.svg",
        "badge.json",
    ):
        assert "not enforced" in (pack.parent / "out" / name).read_text(), name


def test_bubblewrap_takes_the_place_of_landlock(pack: Path, plugin_args: tuple[str, ...]) -> None:
    refusal = bubblewrap.refusal()
    if refusal is not None:
        pytest.skip(refusal)
    done, report = judge(pack, plugin_args, **OLD_KERNEL)
    assert done.returncode in (outcomes.CLEAN, outcomes.FINDINGS), done.stdout
    sandbox = report["environment"]["sandbox"]
    assert sandbox["files"] == sandbox["metadata"] == sandbox["network"] == "enforced"
    assert report["environment"]["confinement"].startswith("bubblewrap: ")
    assert not (pack / "imported").exists()


def test_asked_for_namespaces_that_can_not_be_had_are_refused(
    pack: Path, bare_path: str, plugin_args: tuple[str, ...]
) -> None:
    done, _ = judge(pack, plugin_args, "--studio-sandbox=wrap", PATH=bare_path)
    assert done.returncode == outcomes.NOT_ENFORCED
    assert "not enforced: namespaces (bubblewrap is not installed)" in done.stdout


def test_more_may_be_read_where_the_command_line_says_so(
    pack: Path, tmp_path: Path, plugin_args: tuple[str, ...]
) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "note").write_text("a note")
    (pack / "__init__.py").write_text(f"open({str(extra / 'note')!r}).read()\n{PACK}")
    refused, _ = judge(pack, plugin_args)
    allowed, _ = judge(pack, plugin_args, f"--studio-allow-read={extra}")
    assert "Permission denied" in refused.stdout
    assert "Permission denied" not in allowed.stdout
    assert f"the pack may read: {extra} (--studio-allow-read)" in allowed.stdout


def test_a_path_to_allow_must_be_there(pack: Path, plugin_args: tuple[str, ...]) -> None:
    done, _ = judge(pack, plugin_args, "--studio-allow-read=nowhere")
    assert done.returncode == outcomes.USAGE
    assert "--studio-allow-read: there is no file or folder nowhere" in done.stderr


def test_the_doctor_tells_what_a_machine_can() -> None:
    command = [sys.executable, "-m", "studio_conformance.cli", "doctor"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told["enforced"]["files"] == "enforced" else 12)
    environment = {**os.environ, **OLD_KERNEL}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 12
    assert "No pack is run here unless --studio-sandbox=observe is asked for." in done.stdout
