"""Which file changes count: what a path means to a pack in its worker."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.loading.place import Place

_NO_FILES = ("/dev/", "/proc/", "/sys/")


@dataclass(frozen=True)
class Verdict:
    """A change that counts. ``refused``: by the confinement, or it would be in the pack's place."""

    path: str
    refused: bool


@dataclass(frozen=True)
class Places:
    """The folders of a worker and what a change below each of them is."""

    place: Place
    work: Path
    host: Path
    writes_refused: bool

    def judge(self, path: str) -> Verdict | None:
        """None for changes that are nobody's business: caches, temporary files, devices.

        ``path`` is absolute and resolved.
        """
        if path.startswith(_NO_FILES) or "/__pycache__/" in path or path.endswith(".pyc"):
            return None
        if self._below(path, str(self.place.path)):
            in_copy = self.place.path != self.place.original
            return Verdict(path, self.writes_refused or in_copy)
        if self._below(path, str(self.host)):
            return Verdict(path, False)
        if self._below(path, str(self.work)):
            return None
        return Verdict(path, self.writes_refused)

    def is_outside(self, path: str) -> bool:
        """Whether a change of this path would leave the worker's folder, devices left aside."""
        return not self._below(path, str(self.work)) and not path.startswith("/dev/")

    @staticmethod
    def _below(path: str, folder: str) -> bool:
        return path == folder or path.startswith(folder + "/")


def resolve(path: Any, dir_fd: Any = -1) -> str | None:
    """The absolute path that a file function means; None for descriptors and what is no path.

    Links in the folders are followed, the last component is taken as it is.
    """
    if isinstance(path, int):
        return None
    try:
        text = os.fsdecode(path)
    except TypeError:
        return None
    if not os.path.isabs(text):
        text = os.path.join(_base(dir_fd), text)
    folder, name = os.path.split(text.rstrip("/") or "/")
    return os.path.join(os.path.realpath(folder), name)


def _base(dir_fd: Any) -> str:
    try:
        if isinstance(dir_fd, int) and dir_fd >= 0:
            return os.readlink(f"/proc/self/fd/{dir_fd}")
        return os.getcwd()
    except OSError:
        return "/"
