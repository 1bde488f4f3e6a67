"""A /dev/shm of the process's own, where the machine lets it have a mount namespace.

Locks and shared memory of ``multiprocessing`` live there under names that anybody can guess; what
other programs keep there is nobody's business. Where a namespace can't be had the folder stays
forbidden, and a pack that needs it gets the system's error.

The numbers are Linux's user-space interface (sched.h, mount.h).
"""

from __future__ import annotations

import ctypes
import os

from reference_runtime.sandbox import kernel

FOLDER = "/dev/shm"
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000


def make_private(size: int) -> bool:
    """Put an empty file system of at most ``size`` bytes over /dev/shm; whether that worked.

    Root needs no more than a mount namespace; others need a user namespace for it, in which they
    keep their own number. Must come before capabilities are dropped, with no other thread alive.
    """
    if not kernel.LINUX or not os.path.isdir(FOLDER) or not _own_namespace():
        return False
    if not _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None):
        return False
    options = f"size={size},mode=1777".encode()
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    return _mount(b"tmpfs", FOLDER.encode(), b"tmpfs", flags, options)


def _own_namespace() -> bool:
    return _unshare(_CLONE_NEWNS) or (_works_in_a_child() and _user_namespace())


def _works_in_a_child() -> bool:
    """Some systems give a user namespace in which nothing works: a child finds out."""
    child = os.fork()
    if child == 0:
        worked = False
        try:
            worked = _user_namespace() and _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
        finally:
            os._exit(0 if worked else 1)
    return os.waitpid(child, 0)[1] == 0


def _user_namespace() -> bool:
    user, group = os.getuid(), os.getgid()
    return _unshare(_CLONE_NEWUSER | _CLONE_NEWNS) and _map_ids(user, group)


def _unshare(flags: int) -> bool:
    return int(kernel.libc().unshare(flags)) == 0


def _map_ids(user: int, group: int) -> bool:
    """Keep the numbers that this process had. Without a map every file would be nobody's."""
    lines = {
        "setgroups": "deny",
        "uid_map": f"{user} {user} 1",
        "gid_map": f"{group} {group} 1",
    }
    try:
        for name, line in lines.items():
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(line)
    except OSError:
        return False
    return True


def _mount(
    source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None
) -> bool:
    done = kernel.libc().mount(source, target, kind, ctypes.c_ulong(flags), options)
    return int(done) == 0
