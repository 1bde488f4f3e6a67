"""A private copy of a pack, for packs that insist on writing into their own folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MAX_BYTES = 500 * 1024 * 1024
SKIPPED = frozenset({
    ".git", ".hg", ".nox", ".svn", ".tox", ".venv", "__pycache__", "node_modules", "venv",
})  # fmt: skip


class TooBig(Exception):
    """The pack is larger than MAX_BYTES."""


def copy_pack(pack: Path, into: Path) -> Path:
    """Copy the folder or file into the existing folder ``into``; the copy's path.

    Version control, environments and caches are left out, links are copied as what they point to.
    Raises TooBig and OSError.
    """
    if pack.is_file():
        return Path(shutil.copy2(pack, into / pack.name))
    if _size(pack) > MAX_BYTES:
        raise TooBig(f"{pack} is larger than {MAX_BYTES // (1024 * 1024)} MB")
    ignore = shutil.ignore_patterns(*SKIPPED)
    return Path(
        shutil.copytree(pack, into / pack.name, ignore=ignore, ignore_dangling_symlinks=True)
    )


def _size(folder: Path) -> int:
    """Bytes of what would be copied, counted until it is too much."""
    total = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in SKIPPED]
        for name in files:
            path = os.path.join(parent, name)
            total += os.stat(path).st_size if os.path.exists(path) else 0
        if total > MAX_BYTES:
            break
    return total
