"""``studio-conformance init``: settings and a CI workflow for a pack that has none."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from reference_runtime.levels import LEVELS, UnknownLevel
from studio_conformance import outcomes
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.config import TABLE, BadSettings
from studio_conformance.files import write_aside
from studio_conformance.packs import UnusablePack, check_is_pack
from studio_conformance.session import open_pack
from studio_conformance.toml import BrokenToml, parse_toml, read_toml

WORKFLOW_PATH = Path(".github", "workflows", "studio-conformance.yml")
SECTION = """\
[tool.studio-conformance]
# The host that the pack is written for: {levels}.
api = "{api}"
# Findings that you accept, each with a reason:
# [[tool.studio-conformance.waivers]]
# code = "SCHEMA-001"
# node = "NodeKey"
# reason = "why this is acceptable"
"""
WORKFLOW = """\
name: studio-conformance
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  judge:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Install the CPU build of torch, the judge, and what the pack requires
        run: |
          pip install torch --index-url https://download.pytorch.org/whl/cpu
          pip install "studio-conformance[host]"
          if [ -f requirements.txt ]; then pip install -r requirements.txt; fi
      - name: Judge the pack
        run: pytest --studio-pack=. --studio-report=studio-report
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: studio-report
          path: studio-report
"""


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("init", help="write settings and a CI workflow into a pack")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the pack's folder")
    parser.set_defaults(run=init)


def init(arguments: argparse.Namespace, cwd: Path) -> int:
    """Write what is missing. Decides everything before it writes anything; overwrites nothing."""
    pack = _pack_folder((cwd / arguments.path).resolve())
    planned = {
        pack / "pyproject.toml": _settings(pack),
        pack / WORKFLOW_PATH: _workflow(pack / WORKFLOW_PATH),
    }
    for file, data in planned.items():
        if data is None:
            print(f"{file}: nothing to do")
        else:
            write_aside(file, data)
            print(f"{file}: written")
    return outcomes.CLEAN


def _pack_folder(path: Path) -> Path:
    if not path.exists():
        raise CommandFailed(f"no such folder: {path}")
    if not path.is_dir():
        raise CommandFailed(f"{path} is a file; init wants the folder of a pack")
    try:
        return check_is_pack(path)
    except UnusablePack as error:
        raise CommandFailed(str(error)) from None


def _settings(pack: Path) -> bytes | None:
    """The new content of the pack's pyproject.toml: the old, byte for byte, and our table."""
    file = pack / "pyproject.toml"
    try:
        old = read_toml(file) if file.exists() else {}
        if TABLE in old.get("tool", {}):
            return None
        api = open_pack(str(pack), {}, pack).level.name
    except (BrokenToml, BadSettings, UnknownLevel, UnusablePack) as error:
        raise CommandFailed(str(error)) from None
    before = file.read_bytes() if file.exists() else b""
    return _append(before, SECTION.format(api=api, levels=", ".join(LEVELS)), file)


def _append(before: bytes, section: str, file: Path) -> bytes:
    """``before`` with the section below it, in the file's own line ends."""
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before else newline if before.endswith(b"\n") else newline * 2
    after = before + gap + section.encode().replace(b"\n", newline)
    try:
        parse_toml(after.decode("utf-8"))
    except ValueError:
        message = f"{file}: [tool.{TABLE}] can't be appended (is tool an inline table?)"
        raise CommandFailed(f"{message}; add it by hand") from None
    return after


def _workflow(file: Path) -> bytes | None:
    wanted = WORKFLOW.encode()
    if not file.exists():
        return wanted
    if file.read_bytes() == wanted:
        return None
    raise CommandFailed(f"{file} exists and differs from what init writes; it is left as it is")
