"""Pythons of this machine, and which of them a pack is to run on."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from reference_runtime.environments.errors import MachineLacks
from reference_runtime.environments.requirements import Requirements

OLDEST = (3, 10)
"""A worker needs this version."""
PROBE_SECONDS = 20.0
_PROBE = """
import json, os, sys, sysconfig
print(json.dumps({
    "path": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "version": ".".join(map(str, sys.version_info[:3])),
    "build": sys.version,
    "implementation": sys.implementation.name,
    "abi": str(sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag),
    "platform": sysconfig.get_platform(),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python, with all of it that decides what can be installed for it."""

    path: str
    """Of the Python itself, also where it was found through a virtual environment."""
    version: str
    build: str
    implementation: str
    abi: str
    platform: str

    @property
    def line(self) -> tuple[int, int]:
        """(3, 11): what packages are built for."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    def facts(self) -> dict[str, str]:
        return asdict(self)


@functools.cache
def probe(path: str) -> Interpreter | None:
    """Ask the program at ``path``; None when it is no Python that answers."""
    try:
        done = subprocess.run(
            [path, "-I", "-S", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return Interpreter(**json.loads(done.stdout))
    except (OSError, ValueError, TypeError, subprocess.SubprocessError):
        return None


def this_interpreter() -> Interpreter:
    """The Python that runs this code. Raises MachineLacks when it can't be started again."""
    found = probe(sys.executable)
    if found is None:
        raise MachineLacks(f"the Python at {sys.executable} can't be started")
    return found


def choose(requirements: Requirements) -> Interpreter:
    """This Python if the pack allows it, else the newest of the machine that it allows.

    Raises MachineLacks with what was asked for, where, and what is there.
    """
    from packaging.specifiers import SpecifierSet

    ours = this_interpreter()
    wanted = SpecifierSet(requirements.python or "")
    if wanted.contains(ours.version, prereleases=True):
        return ours
    known = [ours, *_others()]
    fitting = [i for i in known if wanted.contains(i.version, prereleases=True)]
    if not fitting:
        there = ", ".join(sorted({i.version for i in known}, key=_ordered))
        raise MachineLacks(
            f"{requirements.python_origin}: the pack asks for Python {requirements.python}; this "
            f"machine has {there} (uv python install VERSION brings another)"
        )
    return max(fitting, key=lambda i: _ordered(i.version))


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _others() -> Iterator[Interpreter]:
    for path in dict.fromkeys(_candidates()):
        found = probe(path)
        if found is not None and found.line >= OLDEST:
            yield found


def _candidates() -> Iterator[str]:
    """Programs that may be Pythons: on the PATH, of pyenv, of uv."""
    home = Path.home()
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield from _programs(Path(folder or "."))
    roots = (
        Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions",
        Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python"),
    )
    for root in roots:
        for version in sorted(root.glob("*")):
            yield from _programs(version / "bin")


def _programs(folder: Path) -> Iterator[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if re.fullmatch(r"python3\.\d+(\.exe)?", name):
            yield str(folder / name)
