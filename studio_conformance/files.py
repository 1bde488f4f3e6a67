"""Write files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_aside(file: Path, data: bytes) -> None:
    """Write ``data`` beside ``file``, then rename it into place.

    A link is followed, and the permissions of a file that exists are kept.
    """
    file = file.resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        if file.exists():
            shutil.copymode(file, aside)
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """``write_aside`` for text, as UTF-8 with line ends as they stand."""
    write_aside(file, text.encode("utf-8"))
