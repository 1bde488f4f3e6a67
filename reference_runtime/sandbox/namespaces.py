"""Namespaces of a process's own, where the machine lets it have them: mounts, IPC, network.

They hide what a filter of calls can't tell apart: /proc/self/net, which lists the connections of
the whole machine, and queues and segments of System V, which anybody of the same user can name by
a number. Without them the process shares what it had.

The numbers are Linux's user-space interface (sched.h, mount.h).
"""

from __future__ import annotations

import ctypes
import os

from reference_runtime.sandbox import kernel
from reference_runtime.sandbox.policy import NETWORK_TABLES, Layer

MOUNTS, IPC, NETWORK = 0x00020000, 0x08000000, 0x40000000
_CLONE_NEWUSER = 0x10000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000


def enter(*, network: bool) -> int:
    """Leave the machine's namespaces; which of MOUNTS, IPC and NETWORK are the process's own now.

    ``network``: keep the machine's. Root needs no more; others need a user namespace for it, in
    which they keep their own number. Must come before capabilities are dropped, with no other
    thread alive.
    """
    if not kernel.LINUX:
        return 0
    wanted = MOUNTS | IPC | (0 if network else NETWORK)
    for flags in (wanted, MOUNTS):
        if _unshare(flags) or (_works_in_a_child(flags) and _user_namespace(flags)):
            return flags if _keep_mounts() else flags & ~MOUNTS
    return 0


def layer(owned: int) -> Layer:
    """What the namespaces hide."""
    told = {IPC: "queues of other programs", NETWORK: NETWORK_TABLES}
    held = tuple(text for flag, text in told.items() if owned & flag)
    return Layer("own namespaces", held)


def mount(
    source: bytes, target: bytes, kind: bytes | None, flags: int, options: bytes | None
) -> bool:
    """The system call; whether it worked."""
    done = kernel.libc().mount(source, target, kind, ctypes.c_ulong(flags), options)
    return int(done) == 0


def _keep_mounts() -> bool:
    """What is mounted from now on stays in the own namespace."""
    return mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)


def _works_in_a_child(flags: int) -> bool:
    """Some systems give a user namespace in which nothing works: a child finds out."""
    child = os.fork()
    if child == 0:
        worked = False
        try:
            worked = _user_namespace(flags) and _keep_mounts()
        finally:
            os._exit(0 if worked else 1)
    return os.waitpid(child, 0)[1] == 0


def _user_namespace(flags: int) -> bool:
    user, group = os.getuid(), os.getgid()
    return _unshare(_CLONE_NEWUSER | flags) and _map_ids(user, group)


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
