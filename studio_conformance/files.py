"""Write files so that a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def write_aside(file: Path, data: bytes) -> None:
    """Write ``data`` beside ``file``, then rename it into place.

    A link is followed, and the permissions of a file that exists are kept.
    """
    _write(file, (data,))


def write_text(file: Path, text: str) -> None:
    """``write_aside`` for text, as UTF-8 with line ends as they stand."""
    write_aside(file, text.encode("utf-8"))


def write_chunks(file: Path, chunks: Iterable[str]) -> None:
    """``write_text`` for text that comes piece by piece; when making it fails, nothing changes."""
    _write(file, (chunk.encode("utf-8") for chunk in chunks))


def _write(file: Path, chunks: Iterable[bytes]) -> None:
    if os.path.exists(file) and not (os.path.isfile(file) or os.path.isdir(file)):
        _pour(file, chunks)
        return
    file = Path(os.path.realpath(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with aside.open("wb") as stream:
            stream.writelines(chunks)
        if file.exists():
            shutil.copymode(file, aside)
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def _pour(file: Path, chunks: Iterable[bytes]) -> None:
    """Write into a device or a pipe: a file renamed over /dev/null would take its place."""
    with open(file, "wb", buffering=0) as stream:
        for chunk in chunks:
            stream.write(chunk)
