"""``--studio-isolation=none``: the pack in pytest's own process, where a debugger stops in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from descriptions import make_folder

from studio_conformance.cli_replay import _isolation
from studio_conformance.config import BadSettings, load_settings
from studio_conformance.isolation import isolation_facts, isolation_line

PACK = """
import os
from pathlib import Path

class Stops:
    RETURN_TYPES = ("INT",)
    FUNCTION = "run"
    CATEGORY = "tests"
    DESCRIPTION = "Stops once."
    stopped = False

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {"default": 1, "min": 0, "max": 9})}}

    def run(self, value):
        if not Stops.stopped:
            Stops.stopped = True
            breakpoint()
        return (-value,)

NODE_CLASS_MAPPINGS = {"TestsStops": Stops}
print("imported in", os.getpid())
"""


def run(
    folder: Path, plugin_args: tuple[str, ...], *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", *plugin_args]
    command += ["--studio-isolation=none", *arguments]
    return subprocess.run(
        command, cwd=folder, input=typed, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    file = tmp_path / "stops.py"
    file.write_text(PACK, encoding="utf-8")
    return file


def test_a_breakpoint_in_a_node_stops_and_goes_on(
    pack: Path, tmp_path: Path, plugin_args: tuple[str, ...]
) -> None:
    typed = 'p "stopped with", value, "in", __import__("os").getpid()\nc\n'
    asked = (f"--studio-pack={pack}", "--studio-select=LOAD,EXEC,RPC", "--studio-report=out", "-s")
    done = run(tmp_path, plugin_args, *asked, typed=typed)
    assert "('stopped with', 1, 'in', " in done.stdout, done.stdout + done.stderr
    # The pack was imported once, in the process that stopped.
    (imported,) = [line for line in done.stdout.splitlines() if line.startswith("imported in ")]
    assert f"'in', {imported.split()[-1]})" in done.stdout
    assert "NOT ISOLATED" in done.stdout
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert told["environment"]["isolation"]["kind"] == "none"
    said = "not enforced: files, network (not isolated: the pack runs in this process, "
    assert told["environment"]["confinement"].startswith(said)
    assert told["environment"]["sandbox"]["files"] == "none"
    assert told["executions"][0]["returned"] > 0


def test_what_asks_for_two_processes_is_not_reached(
    pack: Path, tmp_path: Path, plugin_args: tuple[str, ...]
) -> None:
    pack.write_text(PACK.replace("breakpoint()", "pass"), encoding="utf-8")
    done = run(tmp_path, plugin_args, f"--studio-pack={pack}", "--studio-select=RPC")
    assert "not tried: the pack is not isolated" in done.stdout, done.stdout
    assert done.returncode != 0  # nothing was judged


def test_one_pack_only(pack: Path, tmp_path: Path, plugin_args: tuple[str, ...]) -> None:
    other = pack.with_name("other.py")
    other.write_text(PACK, encoding="utf-8")
    done = run(tmp_path, plugin_args, f"--studio-pack={pack}", f"--studio-pack={other}")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "runs one pack" in done.stderr
    assert "imported in" not in done.stdout


def test_a_pack_can_not_ask_for_it(tmp_path: Path) -> None:
    table = '[tool.studio-conformance]\nisolation = "none"\n'
    folder = make_folder(tmp_path, pyproject=table)
    with pytest.raises(BadSettings, match=r"isolation must be one of process, venv, not 'none'"):
        load_settings(folder)


def test_a_file_of_findings_can_not_ask_for_it() -> None:
    assert _isolation({"isolation": {"kind": "none"}}) is None
    assert _isolation({"isolation": {"kind": "venv"}}) == "venv"


def test_the_report_says_so() -> None:
    assert isolation_line(isolation_facts("none", None)).startswith("not isolated: the pack ran")
