"""Confinement of a worker, first form: Landlock through ctypes, no privilege needed.

Writes are allowed below given folders only (reads everywhere), TCP is closed, signals reach only
the worker's own processes. What holds is proved by a sentinel, not concluded from a version: the
worker tries to create a file where it must not. Linux only; elsewhere the answer is "not
enforced".

The numbers are Linux's user-space interface (landlock.h, prctl.h): system calls 444 to 446 on every
architecture.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIGKILL = 9

_WRITE_FILE, _REMOVE_DIR, _REMOVE_FILE = 1 << 1, 1 << 4, 1 << 5
_MAKE_ANY = sum(1 << bit for bit in range(6, 13))  # char, dir, reg, sock, fifo, block, symlink
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_NET_BIND_TCP, _NET_CONNECT_TCP = 1 << 0, 1 << 1
_SCOPE_ABSTRACT_UNIX, _SCOPE_SIGNAL = 1 << 0, 1 << 1

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/shm")
"""Writable besides the scratch folder: /dev/shm for locks of multiprocessing."""
_GPU_DEVICES = ("nvidia", "dri", "kfd", "dxg")


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


@dataclass(frozen=True)
class Confinement:
    """What confines this process. ``text``: one line for people; ``writes``: writes are refused."""

    text: str
    writes: bool


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux); exit if it already has."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def first_when_memory_ends() -> None:
    """Have the kernel kill this process, and not its parent, when memory runs out (Linux)."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except OSError:
        return


def no_core_files() -> None:
    """A crashing pack leaves no core file."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


def confine(writable: Sequence[str], sentinel: str) -> Confinement:
    """Confine this process for good and prove it.

    ``writable``: folders below which everything is allowed. ``sentinel``: a path that must not be
    creatable afterwards, in an existing folder that this process could write to before. Call it
    before other threads exist: only the calling thread and its descendants are confined.
    """
    if sys.platform != "linux":
        return Confinement(f"not enforced: no Landlock on {sys.platform}", False)
    abi = _syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if abi < 1:
        why = "the kernel has no Landlock" if -abi == errno.ENOSYS else "Landlock is switched off"
        return Confinement(f"not enforced: {why} ({os.strerror(-abi)})", False)
    failed = _restrict(abi, writable)
    if failed is not None:
        return Confinement(f"not enforced: {failed}", False)
    return _proved(abi, sentinel)


def _restrict(abi: int, writable: Sequence[str]) -> str | None:
    """Build and apply the rules; None, or which step the kernel refused."""
    handled = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_ANY
    handled |= (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    net = (_NET_BIND_TCP | _NET_CONNECT_TCP) if abi >= 4 else 0
    scoped = (_SCOPE_ABSTRACT_UNIX | _SCOPE_SIGNAL) if abi >= 6 else 0
    attributes = _RulesetAttr(handled, net, scoped)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8  # older kernels refuse unknown fields
    ruleset = _syscall(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
    if ruleset < 0:
        return f"creating the rules failed ({os.strerror(-ruleset)})"
    try:
        for path in [*writable, *_devices()]:
            _allow(ruleset, path, handled)
        if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return "no_new_privs failed"
        code = _syscall(_RESTRICT_SELF, ruleset, 0)
        return f"applying the rules failed ({os.strerror(-code)})" if code < 0 else None
    finally:
        os.close(ruleset)


def _devices() -> list[str]:
    gpu = [f"/dev/{n}" for n in _listed("/dev") if n.startswith(_GPU_DEVICES)]
    return [path for path in (*DEVICES, *gpu) if os.path.exists(path)]


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _allow(ruleset: int, path: str, access: int) -> None:
    """Allow ``access`` below ``path``; a path that can't be opened simply stays forbidden."""
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            access &= _WRITE_FILE | _TRUNCATE  # the other rights are refused for files
        rule = _PathBeneath(access, fd)
        _syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(fd)


def _proved(abi: int, sentinel: str) -> Confinement:
    outcome = _try_to_create(sentinel)
    if outcome != errno.EACCES:
        what = "succeeded" if outcome is None else f"gave {errno.errorcode.get(outcome, outcome)}"
        return Confinement(f"not enforced: creating a file outside the scratch {what}", False)
    kinds = ["writes"] + ["tcp"] * (abi >= 4) + ["signals"] * (abi >= 6)
    weak = "" if abi >= 3 else " (truncating existing files is not refused)"
    return Confinement(f"landlock abi {abi}: {', '.join(kinds)}{weak}", True)


def _try_to_create(path: str) -> int | None:
    """None when it worked (the file is removed again), else the error number."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        return error.errno
    os.unlink(path)
    return None


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: object) -> int:
    """The system call's result, or minus the error number."""
    call = _libc().syscall
    call.restype = ctypes.c_long
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(call(ctypes.c_long(number), *wide))
    return result if result >= 0 else -ctypes.get_errno()
