"""The extras of the hanzo-studio wheel, judged: 77 modules that nobody here wrote.

The wheel is fetched from the package index, unpacked in a temporary folder and never kept. Needs
the packages that the host itself installs (see the tox environment ``realpacks``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.network

WHEEL = "hanzo-studio==0.3.71"
LEVEL = "studio-0.3.71"
Report = dict[str, Any]


@pytest.fixture(scope="module")
def extras(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The modules of ``studio_extras``; skips where no package index can be reached."""
    folder = tmp_path_factory.mktemp("hanzo")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
    fetched = subprocess.run([*command, WHEEL], capture_output=True, text=True)
    if fetched.returncode:
        pytest.skip(f"{WHEEL} can't be fetched: {fetched.stderr.strip()[-200:]}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "wheel")
    return sorted((folder / "wheel" / "studio_extras").glob("*.py"))


def judge(packs: list[Path], folder: Path) -> dict[str, Report]:
    """The report of each pack, by file name, from one run of the plugin over all of them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header"]
    command += [f"--studio-api={LEVEL}", f"--studio-report={folder}", "--studio-timeout=120"]
    # Nodes are not run: how many cases fit into the budget of time differs from run to run.
    command += ["--studio-ignore=EXEC,RPC,SANDBOX"]
    command += [f"--studio-pack={pack}" for pack in packs]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode in (0, 1), ended.stdout[-3000:] + ended.stderr[-3000:]
    reports = [json.loads(path.read_text("utf-8")) for path in folder.glob("*/report.json")]
    return {Path(report["pack"]["path"]).name: report for report in reports}


@pytest.fixture(scope="module")
def reports(extras: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    return judge(extras, tmp_path_factory.mktemp("first"))


def findings(reports: dict[str, Report]) -> Counter[tuple[Any, ...]]:
    """Every finding of a run, without what depends on the folder."""
    fields = ("code", "node", "input", "level", "outcome", "message", "line")
    return Counter(
        (name, *(row[field] for field in fields))
        for name, report in reports.items()
        for row in report["results"]
        if row["outcome"] in ("failed", "errored")
    )


def test_modules_load_as_packs(extras: list[Path], reports: dict[str, Report]) -> None:
    assert len(extras) == 77
    assert set(reports) == {path.name for path in extras}
    unloaded = [name for name, report in reports.items() if not report["nodes"]]
    assert len(unloaded) <= 2, unloaded


def test_every_v3_node_gives_a_schema(reports: dict[str, Report]) -> None:
    nodes = [node for report in reports.values() for node in report["nodes"]]
    v3 = [node for node in nodes if node["kind"] == "v3"]
    assert [node["node"] for node in v3 if not node["described"]] == []
    assert len([node for node in v3 if node["registered"]]) >= 171


def test_run_says_what_is_wrong_with_which(
    reports: dict[str, Report], capsys: pytest.CaptureFixture[str]
) -> None:
    found = findings(reports)
    with capsys.disabled():
        print(f"\n{len(reports)} packs, {sum(found.values())} findings")
        for name, code, node, _, level, outcome, message, line in sorted(found, key=str):
            print(f"  {name}:{line} {code} {level} {outcome} {node or ''}: {message[:110]}")
    assert all(row[-1] for row in found), "a finding without a line"


def test_a_second_run_gives_the_same_findings(
    extras: list[Path], reports: dict[str, Report], tmp_path: Path
) -> None:
    assert findings(judge(extras, tmp_path)) == findings(reports)
