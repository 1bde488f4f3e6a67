"""No capabilities, and none to be had: what root may do beyond other users ends here.

Landlock does not stop a process with capabilities from opening files by handle, changing its root
or reading another process's environment; without them the kernel does. The numbers are Linux's
user-space interface (capability.h, securebits.h).
"""

from __future__ import annotations

import ctypes
import errno

from reference_runtime.sandbox import kernel
from reference_runtime.sandbox.policy import Layer

_VERSION_3 = 0x20080522
_LAST = 63
_NO_ROOT_LOCKED = 0b11  # SECBIT_NOROOT and its lock: programs run by root get no capabilities


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def drop_all() -> Layer:
    """Empty all five sets of the calling thread, for good."""
    if not kernel.LINUX:
        return Layer("capabilities", (), "")
    # What is not allowed here is not needed either: only root has anything to lose.
    kernel.prctl(kernel.PR_SET_SECUREBITS, _NO_ROOT_LOCKED)
    for number in range(_LAST + 1):
        if kernel.prctl(kernel.PR_CAPBSET_DROP, number) == -errno.EINVAL:
            break
    kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
    _set_empty()
    left = held()
    if left is None or left:
        return Layer("capabilities", (), "capabilities could not be dropped")
    return Layer("no capabilities", ("privileges of root",))


def _set_empty() -> None:
    header = _Header(_VERSION_3, 0)
    kernel.libc().capset(ctypes.byref(header), ctypes.byref((_Data * 2)()))


def held() -> int | None:
    """The permitted and effective capabilities of this thread as a bit mask; None if unknown."""
    header, data = _Header(_VERSION_3, 0), (_Data * 2)()
    if kernel.libc().capget(ctypes.byref(header), ctypes.byref(data)) != 0:
        return None
    low, high = data[0], data[1]
    return int(low.permitted | low.effective) | int(high.permitted | high.effective) << 32
