"""Anonymous shared memory: made by the host, inherited by a worker, nameless in every moment.

Its size is fixed and sealed, so that no side can cut it off under the other; pages come into being
when they are written, so a large size costs nothing. It vanishes with the last process that maps
it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import functools
import mmap
import os
import secrets
import struct
import sys
import weakref
from typing import Any, Literal

_SEAL_SEAL, _SEAL_SHRINK, _SEAL_GROW, _SEAL_FUTURE_WRITE = 1, 2, 4, 16
_ADD_SEALS = 1033
_MAP_FAILED = ctypes.c_void_p(-1).value
_MADV_DONTNEED, _MADV_REMOVE = 4, 9
_PAGEMAP_SCAN = 0xC0606610
_PAGE_IS_FILE, _PAGE_IS_PRESENT, _PAGE_IS_SWAPPED = 4, 8, 16
_SCANNED = struct.Struct("2Q")
_SCANNED_AT = 16

Access = Literal["write", "read", "private"]
"""private: writable copies of what is read; nobody else sees what is written."""


class NoSharedMemory(Exception):
    """This platform, or its present state, gives none; the message says why."""


def create(size: int) -> int:
    """A descriptor of ``size`` bytes of zeros. Raises NoSharedMemory."""
    try:
        fd = _open()
    except (AttributeError, ImportError, OSError) as error:
        raise NoSharedMemory(f"no anonymous shared memory on {sys.platform}: {error}") from None
    try:
        os.ftruncate(fd, size)
    except OSError as error:
        os.close(fd)
        raise NoSharedMemory(f"no {size} bytes of shared memory: {error}") from None
    return fd


def _open() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("studio-arena", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    import _posixshmem  # type: ignore[import-not-found]

    name = f"/studio-{secrets.token_hex(8)}"
    fd: int = _posixshmem.shm_open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    _posixshmem.shm_unlink(name)  # from now on it has no name either
    return fd


def seal(fd: int, *, read_only: bool) -> None:
    """Fix the size; with ``read_only`` nobody can map it for writing any more. Linux only."""
    if sys.platform == "linux":
        seals = _SEAL_SEAL | _SEAL_SHRINK | _SEAL_GROW
        fcntl.fcntl(fd, _ADD_SEALS, seals | (_SEAL_FUTURE_WRITE if read_only else 0))


class Mapping:
    """``size`` bytes of a descriptor in this process; unmapped when the last view of it dies."""

    def __init__(self, fd: int, size: int, access: Access) -> None:
        self.size = size
        self.access: Access = access
        protection = mmap.PROT_READ | (0 if access == "read" else mmap.PROT_WRITE)
        flags = mmap.MAP_PRIVATE if access == "private" else mmap.MAP_SHARED
        self.address = _map(fd, size, protection, flags)
        self._bytes = (ctypes.c_ubyte * size).from_address(self.address)
        unmap = weakref.finalize(self._bytes, _libc().munmap, self.address, size)
        unmap.atexit = False  # views may live until the very end of the process
        self._view = memoryview(self._bytes)
        self._pages = _page_table(self) if access == "private" else -1
        self._found = (ctypes.c_uint64 * 3)()
        self._scan = _page_scan(ctypes.addressof(self._found))

    def view(self, offset: int, size: int) -> memoryview:
        """A new object each time, for which memory stays mapped. Raises ValueError when outside.

        With "read" access it claims to be writable, but the kernel ends who writes.
        """
        if not 0 <= offset <= offset + size <= self.size:
            raise ValueError(f"{size} bytes at {offset} are not within {self.size}")
        return self._view[offset : offset + size]

    def holds(self, address: int, size: int) -> bool:
        """Whether these bytes lie within the mapping."""
        return self.address <= address and address + size <= self.address + self.size

    def write(self, offset: int, source: int, size: int) -> None:
        """Copy from an address of this process. Other threads run meanwhile."""
        ctypes.memmove(self.address + offset, source, size)

    def forget(self, offset: int, size: int) -> None:
        """Drop private copies of whole pages ("private"), or the pages themselves ("write")."""
        advice = _MADV_DONTNEED if self.access == "private" else _MADV_REMOVE
        if sys.platform == "linux" and (advice == _MADV_REMOVE or self._changed(offset, size)):
            _libc().madvise(self.address + offset, size, advice)

    def _changed(self, offset: int, size: int) -> bool:
        """Whether there are, or may be, private copies of pages here.

        Pages that nobody wrote to stay mapped: to map them again costs as much as to copy them.
        """
        start = self.address + offset
        _SCANNED.pack_into(self._scan, _SCANNED_AT, start, start + size)
        try:
            return int(fcntl.ioctl(self._pages, _PAGEMAP_SCAN, self._scan)) != 0
        except (OSError, ValueError):  # a kernel before 6.7, or a pack has closed the descriptor
            return True


def _page_scan(found: int) -> bytearray:
    """What is asked about pages: is one present, or swapped, that is not of the file?

    The range is filled in for each question; ``found`` is where one range has room in the answer.
    """
    categories = _PAGE_IS_FILE, _PAGE_IS_FILE, _PAGE_IS_PRESENT | _PAGE_IS_SWAPPED
    return bytearray(struct.pack("12Q", 96, 0, 0, 0, 0, found, 1, 0, *categories, _PAGE_IS_PRESENT))


def _page_table(mapping: Mapping) -> int:
    """A descriptor of this process's page table, closed with the mapping; -1 where there is none.

    It belongs to the process that opened it, so it is opened after a fork.
    """
    try:
        fd = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1
    weakref.finalize(mapping, _close, fd).atexit = False
    return fd


def _close(fd: int) -> None:
    with contextlib.suppress(OSError):
        os.close(fd)


@functools.cache
def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return libc


def _map(fd: int, size: int, protection: int, flags: int) -> int:
    if flags == mmap.MAP_PRIVATE:
        flags |= getattr(mmap, "MAP_NORESERVE", 0x4000)
    address = _libc().mmap(None, size, protection, flags, fd, 0)
    if address is None or address == _MAP_FAILED:
        raise NoSharedMemory(f"mapping {size} bytes failed: {os.strerror(ctypes.get_errno())}")
    return int(address)
