"""Names of files that come from outside: what a name may look like, and opening it safely.

A name is relative to a folder and uses forward slashes. It is refused, on every platform, when any
platform would read something else into it: ``..``, drives, backslashes, device names, streams,
control characters, characters that fold to a separator. What passes is opened below a handle of
the folder (``beneath``), so that what was checked is what is used. Source of the rules: the
catalogue of path escapes in ``escapes/path_escapes.json`` and the naming rules of Win32.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from reference_runtime.beneath import Folder

MAX_NAME_BYTES = 255
"""The longest name of one file or folder (Linux, macOS); Windows counts 255 UTF-16 units."""
MAX_DEPTH = 64
_JOINERS = "\u200c\u200d"  # part of words and emoji; every other invisible character is refused
_DEVICES = re.compile(
    r"(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$|clock\$)",
    re.IGNORECASE,
)
_SHORT_NAME = re.compile(r"[^.]{1,6}~[0-9](\.[^.]{0,3})?")
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class PathRefused(ValueError):
    """A name that leads, or could lead, out of its folder, or to what is no plain file."""


def name_parts(name: object) -> tuple[str, ...]:
    """The folders and the file of a relative name. Raises PathRefused; touches no disk."""
    if not isinstance(name, str):
        raise PathRefused(f"a file name is text, this is {type(name).__name__}")
    _refuse_characters(name)
    _refuse_structure(name, name)
    plain = name.translate({ord(joiner): None for joiner in _JOINERS})
    _refuse_structure(unicodedata.normalize("NFKC", plain), name)
    return tuple(name.split("/"))


def _refuse_characters(name: str) -> None:
    for character in name:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cs") or (kind == "Cf" and character not in _JOINERS):
            raise PathRefused(f"{name!a} contains the invisible character U+{ord(character):04X}")


def _refuse_structure(text: str, name: str) -> None:
    """Judge ``text``, which is ``name`` as some program might read it."""
    if "\\" in text or ":" in text:
        raise PathRefused(f"{name!a} contains a backslash or a colon; use forward slashes")
    if text.startswith("/"):
        raise PathRefused(f"{name!a} is absolute; only names below the folder are served")
    parts = text.split("/")
    if len(parts) > MAX_DEPTH:
        raise PathRefused(f"{name[:40]!a}... has {len(parts)} parts, more than {MAX_DEPTH}")
    for part in parts:
        reason = _fault(part)
        if reason:
            raise PathRefused(f"{name[:300]!a} is refused: {reason}")


def _fault(part: str) -> str | None:
    """What is wrong with one component of a name; None when nothing is."""
    if not part.strip():
        return "one of its parts is empty"
    if part[-1] in ". ":
        return f"the part {part[:80]!a} ends with a dot or a blank"
    if len(part.encode("utf-8")) > MAX_NAME_BYTES:
        return f"a part is longer than {MAX_NAME_BYTES} bytes"
    if _DEVICES.fullmatch(part.partition(".")[0].rstrip()):
        return f"{part!a} is the name of a device on Windows"
    if _SHORT_NAME.fullmatch(part):
        return f"{part!a} is a short name (8.3) on Windows"
    return None


def validate_path(name: object, root: Path) -> Path:
    """The path of a file or folder below ``root``, which need not exist.

    For showing and comparing: whoever opens the file uses ``open_file`` or ``create_file``, because
    between a check and a use by name the file can be exchanged. Raises PathRefused, also when a
    link on the way leads out of ``root``.
    """
    parts = name_parts(name)
    with Folder(root) as folder:
        try:
            os.close(folder.open(parts, _READ))
        except FileNotFoundError:
            pass
        except OSError as error:
            raise _refusal(parts, error) from None
    return root.joinpath(*parts)


def open_file(root: Path, name: object) -> BinaryIO:
    """Open the plain file ``name`` below ``root`` for reading.

    Links are followed as long as they stay below ``root``. Raises PathRefused (also for pipes,
    devices, folders, and a file with a second hard link, whose other name may lie anywhere),
    FileNotFoundError, PermissionError.
    """
    parts = name_parts(name)
    with Folder(root) as folder:
        try:
            fd = folder.open(parts, _READ | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, PermissionError):
            raise
        except OSError as error:
            raise _refusal(parts, error) from None
    try:
        _refuse_kind(os.fstat(fd), parts)
        return os.fdopen(fd, "rb")
    except BaseException:
        os.close(fd)
        raise


def _refuse_kind(status: os.stat_result, parts: tuple[str, ...]) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PathRefused(f"{'/'.join(parts)!a} is no plain file")
    if status.st_nlink > 1:
        raise PathRefused(f"{'/'.join(parts)!a} has a second hard link, which may lie outside")


def _refusal(parts: tuple[str, ...], error: OSError) -> PathRefused:
    return PathRefused(
        f"{'/'.join(parts)!a} can't be opened below its folder: {error.strerror or error}"
    )


@contextmanager
def create_file(root: Path, name: object, *, replace: bool) -> Iterator[BinaryIO]:
    """Write the file ``name`` below ``root``; its folders are made.

    It appears whole at the end of the block, or not at all when the block raises. What stood there
    is replaced, never written into (so a link or a second hard link keeps its target untouched);
    with ``replace`` false FileExistsError is raised. Raises PathRefused too.
    """
    *folders, last = name_parts(name)
    with Folder(root) as top, _made(top, tuple(folders)) as folder:
        aside = f".{secrets.token_hex(8)}.part"
        fd = folder.open((aside,), _CREATE, 0o666)
        try:
            with os.fdopen(fd, "wb") as file:
                yield file
            folder.put(aside, last, replace=replace)
        finally:
            with suppress(FileNotFoundError):
                folder.remove(aside)


def _made(top: Folder, folders: tuple[str, ...]) -> Folder:
    try:
        return top.make(folders)
    except (FileExistsError, PermissionError):
        raise
    except OSError as error:
        raise _refusal(folders, error) from None
