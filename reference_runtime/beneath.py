"""Files opened relative to a folder's handle, so that nothing outside the folder is ever opened.

On Linux the kernel walks the name (``openat2`` with RESOLVE_BENEATH); where it can't, this module
walks it part by part, never following a link by itself. Both follow links that stay inside. Where
folders have no handles (Windows) the name is resolved, opened, and resolved again: that narrows the
gap between check and use and does not close it.

The numbers are Linux's user-space interface (openat2.h): system call 437 on every architecture.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

Parts = tuple[str, ...]

_OPENAT2 = 437
_RESOLVE_NO_MAGICLINKS, _RESOLVE_BENEATH = 0x02, 0x08
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOEXEC
_MAX_LINKS = 40
_RETRIES = 64
HANDLES = os.open in os.supports_dir_fd and bool(_NOFOLLOW)
"""Whether this platform opens relative to a folder's handle."""


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


class Folder:
    """A folder held by its handle; a context manager. ``path`` names it for messages only.

    Methods take the parts of a relative name and raise OSError; one that would leave the folder
    gives EXDEV, too many links ELOOP.
    """

    def __init__(self, path: Path, fd: int | None = None) -> None:
        self.path = path
        self._fd = fd
        if HANDLES and fd is None:
            self._fd = os.open(path, _DIRECTORY)

    def open(self, parts: Parts, flags: int, mode: int = 0o666) -> int:
        """Open a file or folder below; returns its descriptor, which children don't inherit."""
        flags |= _CLOEXEC
        if self._fd is None:
            return _open_by_name(self.path, parts, flags, mode)
        if has_openat2():
            return _openat2(self._fd, parts, flags, mode)
        return walk(self._fd, parts, flags, mode)

    def make(self, parts: Parts) -> Folder:
        """The folder ``parts`` below this one, made where it is missing."""
        here = self._again()
        for part in parts:
            with here:
                here._mkdir(part)
                below, fd = here._enter(part)
            here = Folder(below, fd)
        return here

    def _again(self) -> Folder:
        return Folder(self.path, None if self._fd is None else os.dup(self._fd))

    def _enter(self, part: str) -> tuple[Path, int | None]:
        if self._fd is None:
            return _inside(self.path.resolve(strict=True), (part,)), None
        return self.path / part, self.open((part,), _DIRECTORY)

    def _mkdir(self, part: str) -> None:
        with suppress(FileExistsError):
            if self._fd is None:
                os.mkdir(self.path / part)
            else:
                os.mkdir(part, dir_fd=self._fd)

    def put(self, aside: str, name: str, *, replace: bool) -> None:
        """Give the finished file ``aside`` its name. FileExistsError unless ``replace``."""
        if replace:
            self._rename(aside, name)
        elif self._fd is None:
            os.rename(self.path / aside, self.path / name)  # Windows: refuses to replace
        else:
            self._take(name)
            self._rename(aside, name)

    def _take(self, name: str) -> None:
        """Claim a name with an empty file. FileExistsError when something has it, even a link."""
        assert self._fd is not None
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOEXEC, dir_fd=self._fd))

    def _rename(self, aside: str, name: str) -> None:
        if self._fd is None:
            os.replace(self.path / aside, self.path / name)
        else:
            os.replace(aside, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)

    def remove(self, name: str) -> None:
        """Remove a file or link that lies directly in this folder."""
        if self._fd is None:
            os.unlink(self.path / name)
        else:
            os.unlink(name, dir_fd=self._fd)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


# --- the kernel walks -----------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def has_openat2() -> bool:
    """Whether the kernel has openat2 (Linux 5.6) and lets us call it."""
    if sys.platform != "linux":
        return False
    fd = os.open("/", _DIRECTORY)
    try:
        os.close(_openat2(fd, (".",), _DIRECTORY, 0))
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _openat2(fd: int, parts: Parts, flags: int, mode: int) -> int:
    how = _OpenHow(
        flags, mode if flags & os.O_CREAT else 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS
    )
    name = os.fsencode("/".join(parts))
    for _ in range(_RETRIES):
        opened = _libc().syscall(_OPENAT2, fd, name, ctypes.byref(how), ctypes.sizeof(how))
        if opened >= 0:
            return int(opened)
        # EAGAIN: something was renamed meanwhile, so the kernel can't vouch for the way.
        if ctypes.get_errno() not in (errno.EAGAIN, errno.EINTR):
            break
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), "/".join(parts))


@functools.lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# --- we walk --------------------------------------------------------------------------------------


def walk(fd: int, parts: Parts, flags: int, mode: int) -> int:
    """As openat2 with RESOLVE_BENEATH, part by part: no link is followed but by reading it."""
    stack = [os.dup(fd)]
    todo = list(reversed(parts))
    links = 0
    try:
        while True:
            part = todo.pop()
            if part == "..":
                _up(stack)
            elif part not in ("", "."):
                target = _link(stack[-1], part)
                if target is not None:
                    links += 1
                    _spell_out(todo, target, links)
                elif not todo:
                    return os.open(part, flags | _NOFOLLOW, mode, dir_fd=stack[-1])
                else:
                    stack.append(os.open(part, _DIRECTORY | _NOFOLLOW, dir_fd=stack[-1]))
            if not todo:
                return os.open(".", flags & ~os.O_CREAT, dir_fd=stack[-1])
    finally:
        for held in stack:
            os.close(held)


def _up(stack: list[int]) -> None:
    if len(stack) == 1:
        raise OSError(errno.EXDEV, "the name leads out of its folder")
    os.close(stack.pop())


def _link(fd: int, part: str) -> str | None:
    """Where the link ``part`` points to; None when it is no link or not there."""
    try:
        return os.readlink(part, dir_fd=fd)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT):
            return None
        raise


def _spell_out(todo: list[str], target: str, links: int) -> None:
    if target.startswith("/"):
        raise OSError(errno.EXDEV, "a link leads out of the folder")
    if links > _MAX_LINKS:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    todo.extend(reversed(target.split("/")))


# --- no handles -----------------------------------------------------------------------------------


def _open_by_name(root: Path, parts: Parts, flags: int, mode: int) -> int:
    top = root.resolve(strict=True)
    path = _inside(top, parts)
    fd = os.open(path, flags, mode)
    try:
        if _inside(top, parts) != path or not os.path.samestat(os.fstat(fd), os.stat(path)):
            raise OSError(errno.EXDEV, "the file was exchanged while it was opened")
    except BaseException:
        os.close(fd)
        raise
    return fd


def _inside(top: Path, parts: Parts) -> Path:
    try:
        path = top.joinpath(*parts).resolve()
    except RuntimeError:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    if top not in (path, *path.parents):
        raise OSError(errno.EXDEV, "the name leads out of its folder")
    return path
