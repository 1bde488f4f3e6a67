"""What an attack needs beside the sandbox's absence, and whether this machine and user have it."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from attacks.reading_natively import (
    AT_FDCWD,
    IO_URING_SETUP,
    NAME_TO_HANDLE,
    call,
    here,
)


def _root() -> None:
    if os.getuid() != 0:
        raise OSError("it takes root")


def _userns() -> None:
    """In a child: a namespace can't be left."""
    code = "import ctypes, os; os._exit(-ctypes.CDLL(None).unshare(0x10000000))"
    if subprocess.run([sys.executable, "-I", "-S", "-c", code], check=False).returncode:
        raise OSError("no user namespaces for this user")


def _ptrace() -> None:
    with contextlib.suppress(FileNotFoundError):
        if Path("/proc/sys/kernel/yama/ptrace_scope").read_text().strip() != "0":
            raise OSError("Yama keeps processes apart")


def _io_uring() -> None:
    os.close(call(IO_URING_SETUP, 1, bytes(120)))


def _handles() -> None:
    buffer = bytearray(struct.pack("Ii", 128, 0) + bytes(128))
    call(here(NAME_TO_HANDLE), AT_FDCWD, tempfile.gettempdir().encode(), bytes(buffer), bytes(8), 0)


def _xattr() -> None:
    with tempfile.NamedTemporaryFile() as file:
        os.setxattr(file.name, "user.x", b"x")


def _shm() -> None:
    if not os.access("/dev/shm", os.W_OK):
        raise OSError("no /dev/shm")


OTHER: dict[str, Callable[[], None]] = {
    "root": _root, "userns": _userns, "ptrace": _ptrace, "io_uring": _io_uring,
    "handles": _handles, "xattr": _xattr, "shm": _shm,
}  # fmt: skip
NAMES = list(OTHER)
UNTOLD = ("root", "userns", "ptrace", "io_uring", "handles")
"""Needs without which an attack can be tried all the same: a confined process must fail too."""


@functools.cache
def missing(need: str, native: str) -> str:
    """Why it is missing; "" when it isn't."""
    if need == "studio_thief":
        return "" if os.path.exists(native + "/studio_thief.so") else "no C compiler"
    if need in OTHER:
        try:
            OTHER[need]()
        except OSError as error:
            return f"{need}: {error}"
        return ""
    top = need.partition(".")[0]
    return "" if importlib.util.find_spec(top) else f"{top} is not installed"
