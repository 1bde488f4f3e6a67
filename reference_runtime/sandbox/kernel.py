"""Calls into the kernel that the standard library has no function for (Linux, through ctypes)."""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
LINUX = sys.platform == "linux"


_library: ctypes.CDLL | None = None


def libc() -> ctypes.CDLL:
    """The C library of this process, keeping ``errno``."""
    global _library
    if _library is None:
        _library = ctypes.CDLL(None, use_errno=True)
        _library.syscall.restype = ctypes.c_long
    return _library


def syscall(number: int, *arguments: object) -> int:
    """The system call's result, or minus the error number. Whole numbers go as C longs."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(libc().syscall(ctypes.c_long(number), *wide))
    return result if result >= 0 else -ctypes.get_errno()


def prctl(option: int, *arguments: int) -> int:
    """``prctl``'s result, or minus the error number. Missing arguments are zero."""
    wide = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    result = int(libc().prctl(option, *wide))
    return result if result >= 0 else -ctypes.get_errno()


def no_new_privileges() -> bool:
    """Never gain rights by running a program, for good. True when it holds."""
    return prctl(PR_SET_NO_NEW_PRIVS, 1) == 0


def machine() -> str:
    """The architecture as the kernel names it: "x86_64", "aarch64", ..."""
    return os.uname().machine if hasattr(os, "uname") else "unknown"
