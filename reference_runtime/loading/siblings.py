"""Imports between files of a host's own folder: ``comfy_extras.nodes_b`` from ``nodes_a``.

On the host the folder is importable under its own name; its real files come before any stand-in.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType


class SiblingFinder:
    """Finds ``<folder>.<file>`` among the files of ``folder``, and what lies in its packages."""

    def __init__(self, folder: Path) -> None:
        self._prefix = folder.name + "."
        self._path = [str(folder)]

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not name.startswith(self._prefix):
            return None
        if name.count(".") == 1:
            return PathFinder.find_spec(name, self._path)
        inside = [each for each in path or () if Path(each).is_relative_to(self._path[0])]
        return PathFinder.find_spec(name, inside) if inside else None


def serve_siblings(folder: Path) -> None:
    """Make the files of ``folder`` importable as its submodules, before every other finder."""
    sys.meta_path.insert(0, SiblingFinder(folder))
