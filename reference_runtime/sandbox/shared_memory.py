"""A /dev/shm of the process's own, in a mount namespace of its own.

Locks and shared memory of ``multiprocessing`` live there under names that anybody can guess; what
other programs keep there is nobody's business. Where a namespace can't be had the folder stays
forbidden, and a pack that needs it gets the system's error.
"""

from __future__ import annotations

import os

from reference_runtime.sandbox import namespaces

FOLDER = "/dev/shm"
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 0x2, 0x4, 0x8  # mount.h


def make_private(size: int) -> bool:
    """Put an empty file system of at most ``size`` bytes over /dev/shm; whether that worked.

    Only where the process has its own mounts (``namespaces.enter``).
    """
    if not os.path.isdir(FOLDER):
        return False
    options = f"size={size},mode=1777".encode()
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    return namespaces.mount(b"tmpfs", FOLDER.encode(), b"tmpfs", flags, options)
