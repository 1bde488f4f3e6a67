"""Files, TCP and signals by Landlock, through ctypes: no privilege and no binary needed.

The numbers are Linux's user-space interface (landlock.h): system calls 444 to 446 on every
architecture. Rights that a kernel does not know are left out; ABI 3 (Linux 6.2) is the first that
refuses every change of a file outside, so less counts as partial.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys

from reference_runtime.sandbox.kernel import no_new_privileges, syscall
from reference_runtime.sandbox.policy import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_MAKE_PLAIN = sum(1 << bit for bit in (7, 8, 9, 10, 12))  # dir, reg, sock, fifo, symlink
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_NET_BIND_TCP, _NET_CONNECT_TCP = 1 << 0, 1 << 1
_SCOPE_ABSTRACT_UNIX, _SCOPE_SIGNAL = 1 << 0, 1 << 1

_READING = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
FULL_ABI = 3


class _RulesetAttr(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def abi() -> int:
    """The kernel's Landlock version from 1 on, or minus the error number."""
    if sys.platform != "linux":
        return -errno.ENOSYS
    return syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)


def missing(version: int) -> str:
    """Why a kernel with this ``abi()`` has no, or not enough, Landlock; "" when it has."""
    if sys.platform != "linux":
        return f"no Landlock on {sys.platform}"
    if version == 0:
        return "Landlock is not used"
    if version < 0:
        why = "the kernel has no Landlock" if -version == errno.ENOSYS else "Landlock is off"
        return f"{why} ({os.strerror(-version)})"
    if version < FULL_ABI:
        return f"Landlock abi {version} lets files outside be truncated"
    return ""


def restrict(read: Iterable[str], write: Iterable[str], network: bool, version: int) -> Layer:
    """Restrict the calling thread and its descendants for good.

    ``version``: the ABI to use, at most that of the kernel. Devices among ``read`` and ``write``
    may be opened as their permissions say.
    """
    reason = missing(version)
    name = f"landlock abi {max(version, 0)}"
    if version < 1:
        return Layer(name, (), reason)
    failed = _restrict(read, write, network, version)
    if failed is not None:
        return Layer(name, (), failed)
    holds = ["files"] if version >= FULL_ABI else ["files but for truncating"]
    holds += ["tcp"] if version >= 4 and not network else []
    holds += ["signals", "abstract sockets"] if version >= 6 else []
    return Layer(name, tuple(holds), reason)


def _restrict(read: Iterable[str], write: Iterable[str], network: bool, version: int) -> str | None:
    """Build and apply the rules; None, or which step the kernel refused."""
    handled = _handled(version)
    net = (_NET_BIND_TCP | _NET_CONNECT_TCP) if version >= 4 and not network else 0
    scoped = (_SCOPE_ABSTRACT_UNIX | _SCOPE_SIGNAL) if version >= 6 else 0
    attributes = _RulesetAttr(handled, net, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8  # older kernels refuse unknown fields
    ruleset = syscall(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
    if ruleset < 0:
        return f"creating the rules failed ({os.strerror(-ruleset)})"
    try:
        for path in read:
            _allow(ruleset, path, handled & _READING)
        for path in write:
            _allow(ruleset, path, handled & ~(_MAKE_CHAR | _MAKE_BLOCK))
        if not no_new_privileges():
            return "no_new_privs failed"
        code = syscall(_RESTRICT_SELF, ruleset, 0)
        return f"applying the rules failed ({os.strerror(-code)})" if code < 0 else None
    finally:
        os.close(ruleset)


def _handled(version: int) -> int:
    """Every right to files that the version knows, so that all of them are refused by default."""
    handled = _READING | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE
    handled |= _MAKE_CHAR | _MAKE_BLOCK | _MAKE_PLAIN
    handled |= (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    return handled | (_IOCTL_DEV if version >= 5 else 0)


def _allow(ruleset: int, path: str, access: int) -> None:
    """Allow ``access`` below ``path``; a path that can't be opened simply stays forbidden."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            access &= _ON_FILES  # the other rights are refused for files
        rule = _PathBeneath(access, fd)
        syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(fd)
