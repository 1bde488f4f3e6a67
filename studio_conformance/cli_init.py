"""``studio-conformance init``: settings and a CI workflow for a pack that has none."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from reference_runtime.levels import LEVELS, UnknownLevel
from studio_conformance import outcomes
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.config import TABLE, BadSettings
from studio_conformance.files import write_aside
from studio_conformance.kits import text_of
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
GITLAB_PATH = Path(".gitlab", "studio-conformance.yml")
TOX_HEADING = "[testenv:studio]"
Planned = dict[Path, bytes | None]
"""What is to be written where; None: it is there already."""


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("init", help="write settings and a CI workflow into a pack")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the pack's folder")
    parser.add_argument(
        "--ci",
        choices=("github", "gitlab", "none"),
        default="github",
        help="whose CI is to judge the pack (default: github)",
    )
    parser.add_argument(
        "--tox", action="store_true", help="add the environment 'studio' to the pack's tox.ini"
    )
    parser.set_defaults(run=init)


def init(arguments: argparse.Namespace, cwd: Path) -> int:
    """Write what is missing. Decides everything before it writes anything; overwrites nothing."""
    pack = _pack_folder(Path(os.path.realpath(cwd / arguments.path)))
    planned: Planned = {pack / "pyproject.toml": _settings(pack)}
    if arguments.ci == "github":
        planned[pack / WORKFLOW_PATH] = _new(pack / WORKFLOW_PATH, text_of("github.yml"))
    if arguments.ci == "gitlab":
        planned[pack / GITLAB_PATH] = _new(pack / GITLAB_PATH, text_of("gitlab.yml"))
        planned |= _gitlab_include(pack / ".gitlab-ci.yml")
    if arguments.tox:
        planned[pack / "tox.ini"] = _tox(pack)
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


def _new(file: Path, text: str) -> bytes | None:
    """A file that is ours alone: written where there is none, and never changed."""
    wanted = text.encode()
    if not file.exists():
        return wanted
    if file.read_bytes() == wanted:
        return None
    raise CommandFailed(f"{file} exists and differs from what init writes; it is left as it is")


def _gitlab_include(file: Path) -> Planned:
    """The pipeline's own file is the project's: where there is one, say what is to stand in it."""
    include = text_of("gitlab_include.yml")
    if not file.exists():
        return {file: include.encode()}
    if str(GITLAB_PATH.as_posix()) not in file.read_text(encoding="utf-8", errors="replace"):
        print(f"{file}: left as it is; add to it:\n{include}", end="")
    return {}


def _tox(pack: Path) -> bytes | None:
    """The new content of the pack's tox.ini: the old, byte for byte, and our environment."""
    file = pack / "tox.ini"
    _refuse_other_tox(pack, file)
    section = text_of("tox.ini")
    if (pack / "requirements.txt").is_file():
        deps = "    studio-conformance[host]\n"
        section = section.replace(deps, f"{deps}    -r{{tox_root}}{{/}}requirements.txt\n")
    before = file.read_bytes() if file.exists() else b""
    if TOX_HEADING.encode() in before:
        return None
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    gap = b"" if not before else newline if before.endswith(b"\n") else newline * 2
    return before + gap + section.encode().replace(b"\n", newline)


def _refuse_other_tox(pack: Path, file: Path) -> None:
    """tox reads one file only: a new tox.ini would hide settings that stand elsewhere."""
    if file.exists():
        return
    project, setup = pack / "pyproject.toml", pack / "setup.cfg"
    others = [pack / "tox.toml"] if (pack / "tox.toml").exists() else []
    if project.exists() and "tox" in read_toml(project).get("tool", {}):
        others.append(project)
    if setup.exists() and b"[tox:tox]" in setup.read_bytes():
        others.append(setup)
    if others:
        raise CommandFailed(f"tox is set up in {others[0]}; add there by hand: {TOX_HEADING}")
