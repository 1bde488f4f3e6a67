"""``--studio-isolation=venv``: each pack in an environment of its own, and the reports say so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_pack, make_folder
from wheels import make_wheel, only_wheels_of

from reference_runtime.environments.errors import MachineLacks
from reference_runtime.environments.interpreters import choose
from reference_runtime.environments.requirements import Origin, Requirements
from reference_runtime.environments.uv import find_uv
from studio_conformance.config import BadSettings, load_settings
from studio_conformance.isolation import isolation_facts, isolation_line
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.session import open_session

PACK = """
import sys
import {module}
assert {module}.{version} == {wanted!r}, {module}.{version}
assert sys.version_info[:2] == {python}, sys.version

class {name}:
    RETURN_TYPES = ("INT",)
    FUNCTION = "run"
    CATEGORY = "tests"
    DESCRIPTION = "Turns the sign."

    @classmethod
    def INPUT_TYPES(cls):
        return {{"required": {{"value": ("INT", {{"default": 1, "min": 0, "max": 9}})}}}}

    def run(self, value):
        return (-value,)

NODE_CLASS_MAPPINGS = {{"{name}": {name}}}
"""
HERE = sys.version_info[:2]


@pytest.fixture(autouse=True)
def needs_uv() -> None:
    try:
        find_uv()
    except MachineLacks as error:
        pytest.skip(str(error))


def write_pack(
    root: Path,
    name: str,
    wanted: str,
    python: tuple[int, int] = HERE,
    module: str = "tool",
    version: str = "VERSION",
) -> Path:
    """A pack that is satisfied with one version of a module, and one Python, only."""
    folder = root / name
    folder.mkdir()
    source = PACK.format(
        name=f"Tests{name.title()}", module=module, version=version, wanted=wanted, python=python
    )
    (folder / "__init__.py").write_text(source, encoding="utf-8")
    (folder / "requirements.txt").write_text(f"{module}=={wanted}\n", encoding="utf-8")
    manifest = f"share_torch: false\npython: '{python[0]}.{python[1]}'\n"
    (folder / "pyisolate.yaml").write_text(manifest, encoding="utf-8")
    return folder


def judge(
    root: Path, plugin_args: tuple[str, ...], *packs: Path, select: str = "LOAD,EXEC"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", *plugin_args]
    command += [f"--studio-pack={pack}" for pack in packs]
    command += ["--studio-isolation=venv", f"--studio-select={select}", "--studio-report=out"]
    return subprocess.run(
        [*command, "--studio-max-examples=2"], cwd=root, capture_output=True, text=True, timeout=240
    )


def report(root: Path, name: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "out" / name / "report.json").read_text())
    return found


def test_packs_that_need_different_versions_run_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin_args: tuple[str, ...]
) -> None:
    only_wheels_of(monkeypatch, tmp_path / "wheels")
    for version in ("1.0", "2.0"):
        make_wheel(tmp_path / "wheels", "tool", version)
    packs = write_pack(tmp_path, "old", "1.0"), write_pack(tmp_path, "new", "2.0")
    done = judge(tmp_path, plugin_args, *packs)
    assert done.returncode == 0, done.stdout
    assert "environment of its own: python" in done.stdout
    for name, version in (("old", "1.0"), ("new", "2.0")):
        told = report(tmp_path, name)
        assert told["environment"]["isolation"]["kind"] == "venv"
        assert told["environment"]["isolation"]["installed"] == {"tool": version}
        assert told["executions"][0]["returned"] > 0


@pytest.mark.network
def test_numpy_1_on_python_3_10_beside_numpy_2_on_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin_args: tuple[str, ...]
) -> None:
    monkeypatch.setenv("STUDIO_CONFORMANCE_CACHE", str(tmp_path / "cache"))
    try:
        choose(Requirements(python="==3.10.*", python_origin=Origin("manifest", 1)))
    except MachineLacks as error:
        pytest.skip(str(error))
    old = write_pack(tmp_path, "old", "1.26.4", (3, 10), "numpy", "__version__")
    new = write_pack(tmp_path, "new", "2.2.6", HERE, "numpy", "__version__")
    done = judge(tmp_path, plugin_args, old, new)
    assert done.returncode == 0, done.stdout
    assert report(tmp_path, "old")["environment"]["worker"]["python"].startswith("3.10.")
    assert report(tmp_path, "old")["environment"]["worker"]["numpy"] == "1.26.4"
    assert report(tmp_path, "new")["environment"]["worker"]["numpy"] == "2.2.6"


def test_a_pack_that_gets_no_environment_could_not_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin_args: tuple[str, ...]
) -> None:
    only_wheels_of(monkeypatch, tmp_path / "wheels")
    make_wheel(tmp_path / "wheels", "tool", "1.0")
    pack = write_pack(tmp_path, "old", "3.0")
    done = judge(tmp_path, plugin_args, pack, select="LOAD")
    assert done.returncode == 11, done.stdout
    told = report(tmp_path)
    assert "tool==3.0" in told["broken"]
    assert "tool==3.0" in next(r["message"] for r in told["results"] if r["code"] == "LOAD-001")
    assert "no environment of its own could be had" in done.stdout


def test_the_command_that_replays_a_finding_says_where_it_was_judged(
    tmp_path: Path, rules: object, inspections: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from descriptions import a_node, an_input

    only_wheels_of(monkeypatch, tmp_path / "wheels")
    make_folder(tmp_path, "mypack", None)
    inspections["mypack"] = a_pack(a_node("Faulty", inputs=[an_input("bad")]))
    session = open_session(["mypack"], {"isolation": "venv"}, tmp_path)
    session.load()
    session.run_all()
    (row,) = [r for r in session.packs[0].rows() if r["outcome"] == "failed"]
    assert "--studio-isolation=venv" in str(row["replay"])
    session.close()


def test_the_setting_and_the_option_are_checked(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "mypack", '[tool.studio-conformance]\nisolation = "venv"\n')
    assert load_settings(folder).isolation == "venv"
    (folder / "pyproject.toml").write_text('[tool.studio-conformance]\nisolation = "jail"\n')
    with pytest.raises(BadSettings, match="isolation must be one of process, venv"):
        load_settings(folder)
    with pytest.raises(WrongUsage, match="--studio-isolation must be one of process, venv"):
        overrides(isolation="jail")


def test_without_an_environment_of_its_own_the_terminal_is_silent() -> None:
    assert isolation_line(isolation_facts("process", None)) == ""


def test_the_line_names_a_few_distributions_and_counts_the_rest() -> None:
    facts = isolation_facts("venv", None) | {
        "environment": "key",
        "python": "3.10.1",
        "installed": {f"d{n}": "1" for n in range(9)},
        "lent": {"torch": "2.4"},
    }
    line = isolation_line(facts)
    assert line.endswith("d4 1, d5 1, 3 more, torch 2.4 lent by the host")
