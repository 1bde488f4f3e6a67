"""Other processes, shared memory, the environment, namespaces, and the channel to the host."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import struct
import sys

from attacks.catalogue import At, attack
from attacks.reading import text
from attacks.reading_natively import call, checked, here, libc

PTRACE, VM_READV = (101, 117), (310, 270)
PIDFD_OPEN, PIDFD_GETFD = 434, 438
ATTACH, PEEK, DETACH = 16, 2, 17
NEWNS, NEWUSER, BIND, PRIVATE = 0x20000, 0x10000000, 0x1000, 0x44000


@attack("signal", target="pid")
def p_signal_host(at: At) -> object:
    return os.kill(at.pid, signal.SIGUSR1)


@attack("token", "ptrace", target="pid")
def p_ptrace_host(at: At) -> object:
    """Attach to the host, and read its memory word by word."""
    call(here(PTRACE), ATTACH, at.pid, 0, 0)
    try:
        os.waitpid(at.pid, 0x40000000)
        return b"".join(_word(at.pid, at.address + at_ * 8) for at_ in range(at.size // 8))
    finally:
        call(here(PTRACE), DETACH, at.pid, 0, 0)


def _word(pid: int, address: int) -> bytes:
    word = ctypes.c_long()
    call(here(PTRACE), PEEK, pid, address, ctypes.byref(word))
    return struct.pack("l", word.value)


@attack("token", "ptrace", target="pid")
def p_vm_readv_host(at: At) -> object:
    buffer = ctypes.create_string_buffer(at.size)
    mine = struct.pack("PN", ctypes.addressof(buffer), at.size)
    theirs = struct.pack("PN", at.address, at.size)
    call(here(VM_READV), at.pid, mine, 1, theirs, 1, 0)
    return buffer.raw


@attack("token", "ptrace", target="pid")
def p_pidfd_getfd(at: At) -> object:
    pidfd = call(PIDFD_OPEN, at.pid, 0)
    return os.pread(call(PIDFD_GETFD, pidfd, at.held, 0), 1000, 0)


@attack("token", "shm", target="shm")
def p_shm_other_pack(at: At) -> object:
    return text("/dev/shm/" + at.shm)


@attack("token", target="environ")
def p_env_secret(at: At) -> object:
    return os.environ["STUDIO_DECOY_TOKEN"]


@attack("token", target="environ")
def p_env_secret_proc(at: At) -> object:
    found = text("/proc/self/environ")
    if "STUDIO_DECOY_TOKEN" not in found:
        raise KeyError("STUDIO_DECOY_TOKEN")
    return found


def _namespaces(flags: int) -> None:
    """Become root of a namespace of one's own, where everything is allowed."""
    user, group = os.getuid(), os.getgid()
    checked(libc().unshare(NEWUSER | flags))
    for name, line in (
        ("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1"),
    ):  # fmt: skip
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    kind_ = kind.encode() if kind else None
    checked(libc().mount(source.encode(), target.encode(), kind_, ctypes.c_ulong(flags), None))


@attack("apart", "userns", target="mounted")
def p_userns_mount(at: At) -> object:
    """A file system of one's own over a folder that others use as well."""
    _namespaces(NEWNS)
    _mount("none", "/", None, PRIVATE)
    _mount("tmpfs", at.mounted, "tmpfs", 0)
    with open(at.mounted + "/file", "w") as file:
        file.write(at.nonce)
    return text(at.mounted + "/file")


@attack("token", "userns", target="outside")
def p_userns_bind(at: At) -> object:
    """What is outside, mounted inside."""
    _namespaces(NEWNS)
    _mount("none", "/", None, PRIVATE)
    _mount(at.outside, at.mounted, None, BIND)
    return text(at.mounted + "/secret.txt")


@attack("token", "userns", target="outside")
def p_chroot(at: At) -> object:
    """With what is outside as the root, a plain name leads there."""
    if os.getuid() != 0:
        _namespaces(0)
    os.chroot(at.outside)
    return text("/secret.txt")


@attack("token", target="stdin")
def x_read_stdin(at: At) -> object:
    """The host's next message, eaten by a node."""
    found = os.read(os.open("/dev/stdin", os.O_RDONLY), 10000)
    if not found:
        raise EOFError("nothing to read")
    return found


@attack("frame", target="stdout")
def x_print_stdout(at: At) -> object:
    """A message to the host that its worker never wrote."""
    print(json.dumps({"forged": at.nonce}))
    sys.stdout.flush()
