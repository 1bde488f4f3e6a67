"""A temporary folder that is gone when the server is, and soon after it was killed.

The folder's lock is held as long as the server lives. Whoever finds a folder without a holder of
its lock removes it: the next server that starts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "studio-server-"
_LOCK = ".lock"
_YOUNG = 60.0
"""Seconds in which a new folder may not have taken its lock yet."""


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make the folder, remove it in the end, and remove what killed servers left."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _try_lock(lock)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep() -> None:
    """Remove the folders of servers that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _YOUNG and not folder.is_symlink():
                _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    lock = os.open(folder / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if _try_lock(lock):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _try_lock(fd: int) -> bool:
    """Take the lock unless someone has it; where there are no locks nothing is ever free."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
