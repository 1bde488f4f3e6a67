"""Where a pack lies and what the host calls it, decided without importing anything.

Source of the rules: the host's pack discovery (module names made from paths, ``python_module`` of
packs and of the host's own node folders).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HOST_FOLDERS = frozenset({"comfy_extras", "studio_extras", "comfy_api_nodes", "studio_api_nodes"})
"""Folders of single-file packs that belong to the host; their files import each other by
``<folder>.<file>``."""

_NOT_OURS = frozenset({"site-packages", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class Place:
    """A pack on disk. ``path`` is what is loaded, ``original`` what the user named.

    They differ when the worker loads a private copy. Both are absolute.
    """

    path: Path
    original: Path

    @property
    def name(self) -> str:
        """The folder's name, or the file's without ``.py``."""
        return self.original.name if self.path.is_dir() else self.original.stem

    @property
    def entry_file(self) -> Path:
        return self.path / "__init__.py" if self.path.is_dir() else self.path

    @property
    def module_name(self) -> str:
        """The name under which the host imports the pack: its path.

        Dots in a folder's path would read as parents, so the host replaces them.
        """
        if self.path.is_dir():
            return str(self.original).replace(".", "_x_")
        return str(self.original.with_suffix(""))

    @property
    def host_folder(self) -> str | None:
        """Name of the host's own folder that the file lies in, if any."""
        parent = self.original.parent.name
        return parent if not self.path.is_dir() and parent in HOST_FOLDERS else None

    @property
    def python_module(self) -> str:
        """What ``/object_info`` names as the origin of the nodes."""
        if self.host_folder is not None:
            return f"{self.host_folder}.{self.name}"
        return "nodes" if self._is_host_core() else f"custom_nodes.{self.name}"

    def _is_host_core(self) -> bool:
        """A ``nodes.py`` beside the host's own folders is the host's core."""
        beside = self.original.parent
        return (
            not self.path.is_dir()
            and self.original.name == "nodes.py"
            and any((beside / folder).is_dir() for folder in HOST_FOLDERS)
        )

    def is_core(self) -> bool:
        """Whether the pack is part of the host itself."""
        return self.host_folder is not None or self._is_host_core()

    def owns(self, file: str) -> bool:
        """Whether ``file`` belongs to the pack as it is loaded."""
        root = str(self.path)
        return file == root or (self.path.is_dir() and file.startswith(root + "/"))

    def python_files(self) -> list[Path]:
        """The pack's source files, without hidden folders and installed packages."""
        if not self.path.is_dir():
            return [self.path]
        found = []
        for folder, folders, files in os.walk(self.path):
            folders[:] = [f for f in folders if not f.startswith(".") and f not in _NOT_OURS]
            found += [Path(folder, f) for f in files if f.endswith(".py") and f[0] != "."]
        return sorted(found)
