"""The content of a pack, file by file, as digests; nothing of it is run or followed out of it."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

IGNORED = (
    ".DS_Store", ".bzr", ".git", ".hg", ".hypothesis", ".mypy_cache", ".nox", ".pytest_cache",
    ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__",
)  # fmt: skip
"""Names of files and folders, anywhere in a pack, that are no part of it."""
_BLOCK = 1 << 20


class Uncoverable(ValueError):
    """A pack holds something that no digest can stand for; the message names it."""


@dataclass(frozen=True)
class Contents:
    """Paths are relative to the pack, with ``/``. A single file is known by its own name."""

    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file, in hex."""
    links: dict[str, str] = field(default_factory=dict)
    """Target of each symbolic link, as written; it lies within the pack."""
    passed_over: list[str] = field(default_factory=list, compare=False)
    """Ignored files and folders that are there."""

    def first_difference(self, now: Contents) -> str | None:
        """The first path, in order, that is not the same in ``now``, and how; None if all are."""
        before, after = self._marks(), now._marks()
        for path in sorted(before.keys() | after.keys()):
            if path not in after:
                return f"{shown(path)} is missing"
            if path not in before:
                return f"{shown(path)} was added"
            if before[path] != after[path]:
                return f"{shown(path)} was changed"
        return None

    def bytecode_in(self, pack: Path) -> Iterator[str]:
        """Ignored folders from which Python runs code without looking at the source."""
        beside = pack.parent / "__pycache__"
        if not pack.is_dir() and any(beside.glob(f"{glob.escape(pack.stem)}.*.pyc")):
            yield str(beside)
        for path in self.passed_over:
            if path.endswith("__pycache__") and any((pack / path).glob("*.pyc")):
                yield path

    def _marks(self) -> dict[str, str]:
        linked = {path: f"link {target}" for path, target in self.links.items()}
        return {**self.files, **linked}


def shown(path: str) -> str:
    """A name from outside as text that does nothing to a terminal."""
    return path if path.isprintable() else ascii(path)


def read_contents(
    pack: Path, left_out: Collection[str] = (), ignored: Collection[str] = IGNORED
) -> Contents:
    """Digest a pack: a folder, or a single file.

    ``left_out``: relative paths of what the run itself writes there. Raises Uncoverable, OSError.
    """
    if not pack.is_dir():
        return Contents({pack.name: _digest(pack)})
    found = Contents()
    for path in _paths(pack, "", frozenset(ignored), frozenset(left_out)):
        place = pack / path
        if place.name in ignored:
            found.passed_over.append(path)
            continue
        if place.is_symlink():
            found.links[path] = _target(pack, path)
        else:
            found.files[path] = _digest(place)
    return found


def _paths(
    folder: Path, prefix: str, ignored: frozenset[str], left_out: frozenset[str]
) -> Iterator[str]:
    """Everything but folders, in order; empty folders count for nothing.

    What is ignored is given by its own path alone.
    """
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = prefix + entry.name
        if path in left_out:
            continue
        if entry.name in ignored:
            yield path
        elif entry.is_dir(follow_symlinks=False):
            yield from _paths(folder / entry.name, f"{path}/", ignored, left_out)
        else:
            yield path


def _target(pack: Path, path: str) -> str:
    target = os.readlink(pack / path)
    # Unlike Path.resolve, realpath lets a link to itself pass: it leads nowhere else.
    if not Path(os.path.realpath(pack / path)).is_relative_to(os.path.realpath(pack)):
        raise Uncoverable(f"{shown(path)} is a link that leads out of the pack")
    return target


def _digest(file: Path) -> str:
    """SHA-256 of a regular file. Never waits for a pipe, never follows a link."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(file, flags | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as opened:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Uncoverable(f"{shown(file.name)} is neither a file, a folder nor a link")
        digest = hashlib.sha256()
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
