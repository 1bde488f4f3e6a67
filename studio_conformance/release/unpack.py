"""Unpack an archive from an index as data: only files, only below one folder, not without end."""

from __future__ import annotations

import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from studio_conformance.release.baseline import BadBaseline

MOST_FILES = 50_000
MOST_BYTES = 2**30
BLOCK = 2**20

BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError,
    EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip
"""What the standard library raises for archives that are none, or damaged."""


def unpack(archive: Path, folder: Path) -> None:
    """Write the archive's files below ``folder``. Raises BadBaseline for what is no such archive.

    Links, devices and permissions are left out; a name that leads out of the folder is refused.
    """
    count = total = 0
    try:
        for name, size, stream in _members(archive):
            count, total = count + 1, total + size
            if count > MOST_FILES or total > MOST_BYTES:
                raise BadBaseline(f"{archive.name}: more than {MOST_FILES} files or 1 GiB unpacked")
            file = folder / _safe(archive, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as target, stream:
                shutil.copyfileobj(stream, target)
    except BadBaseline:
        raise
    except BROKEN as error:
        raise BadBaseline(f"{archive.name} can't be unpacked: {error}") from None


def _members(archive: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as wheel:
            for info in wheel.infolist():
                if not info.is_dir() and (info.external_attr >> 28) in (0, 0o10):
                    yield info.filename, info.file_size, wheel.open(info)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isreg() else None
            if stream is not None:
                yield member.name, member.size, stream
        _read_out(tar)


def _read_out(tar: tarfile.TarFile) -> None:
    """Read what stands behind the last file: there a compressed archive has its checksum."""
    left = MOST_BYTES // BLOCK
    while left and tar.fileobj is not None and tar.fileobj.read(BLOCK):
        left -= 1


def _safe(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise BadBaseline(f"{archive.name} holds a file named {name!r}, outside of its folder")
    return path
