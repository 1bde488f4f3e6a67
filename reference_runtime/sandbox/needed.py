"""What an interpreter and common libraries must be able to read, besides what a policy names.

Programs and libraries of the system, the interpreter and its packages, and single files that tell
about the machine: none of them holds anything of a user. Everything else, /etc/passwd and the
processes of others included, stays out of sight.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt/cuda", "/opt/rocm")
"""Programs, shared libraries, certificates, fonts, time zones."""
ETC = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "mime.types", "os-release",
    "localtime", "timezone", "nsswitch.conf", "ssl", "pki", "ca-certificates", "fonts",
    "OpenCL", "magic", "ImageMagick-6", "ImageMagick-7", "debian_version", "lsb-release",
)  # fmt: skip
MACHINE = (
    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/uptime", "/proc/loadavg",
    "/proc/version", "/proc/filesystems", "/proc/sys/vm/overcommit_memory",
    "/proc/sys/kernel/osrelease", "/proc/sys/kernel/ostype", "/proc/sys/kernel/cap_last_cap",
    "/proc/driver/nvidia", "/sys/devices/system", "/sys/fs/cgroup/cpu.max",
    "/sys/kernel/mm/transparent_hugepage", "/sys/module/nvidia",
)  # fmt: skip
RANDOM = ("/dev/urandom", "/dev/random")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
"""Devices that may be written to."""
_GPU = ("nvidia", "dri", "kfd", "dxg")


def readable() -> list[str]:
    """Folders and files to read, for the interpreter of this process and its packages; some of
    them may not exist."""
    etc = [f"/etc/{name}" for name in ETC]
    return [*SYSTEM, *etc, *MACHINE, *RANDOM, *interpreter(), *_process()]


_PACKAGES = ("site-packages", "dist-packages")


def packages() -> list[str]:
    """Those of ``interpreter`` that an installer filled; no folder that somebody works in."""
    prefixes = tuple(p + os.sep for p in (sys.prefix, sys.base_prefix))
    return [
        path
        for path in interpreter()
        if path.startswith(prefixes) or os.path.basename(path) in _PACKAGES
    ]


def interpreter() -> list[str]:
    """The folders of this interpreter, as they are named and as they really are."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    named = [os.path.join(p, part) for p in sorted(prefixes) for part in ("bin", "lib", "include")]
    named += [os.path.join(p, "lib64") for p in sorted(prefixes)]
    named += [os.path.join(p, "pyvenv.cfg") for p in sorted(prefixes)]
    named += [entry for entry in sys.path if os.path.isabs(entry)]
    executable = os.path.realpath(sys.executable)
    return without_roots([*named, *map(os.path.realpath, named), executable])


def without_roots(paths: Iterable[str]) -> list[str]:
    """The paths once each, but for those that would open everything: the root, a user's folder."""
    too_much = {"/", "/home", "/root", os.path.realpath(os.path.expanduser("~"))}
    return [p for p in dict.fromkeys(paths) if os.path.realpath(p) not in too_much]


def _process() -> list[str]:
    """This very process: what it has open, how much memory it uses. No other one."""
    return [f"/proc/{os.getpid()}"]


def writable() -> list[str]:
    """Devices to write to, those of graphics cards included."""
    try:
        names = sorted(os.listdir("/dev"))
    except OSError:
        names = []
    cards = [f"/dev/{name}" for name in names if name.startswith(_GPU)]
    return [path for path in (*DEVICES, *cards) if os.path.exists(path)]
