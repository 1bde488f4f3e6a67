"""Confine the calling process for good, and prove it.

Call it while no other thread exists: Landlock and seccomp hold for the calling thread and what it
starts. What holds is proved by a fresh file outside the policy, not concluded from a version.
"""

from __future__ import annotations

import errno
import os
import sys

from reference_runtime.sandbox import (
    capabilities,
    landlock,
    limits,
    namespaces,
    needed,
    seccomp,
    shared_memory,
)
from reference_runtime.sandbox.policy import Enforced, Layer, SandboxPolicy
from reference_runtime.sandbox.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

SHARED_MEMORY = 1 << 30
"""Bytes of a process's own /dev/shm."""


class Sentinel(Record):
    """``secret``: a file outside the policy that could be read until now; ``probe``: a path there
    at which a file could be made until now. ``hidden``: namespaces hide both already."""

    secret: str
    probe: str
    hidden: bool = False

    @property
    def refusals(self) -> tuple[int, ...]:
        """The errors that prove that something is refused."""
        return (errno.EACCES, errno.ENOENT, errno.EROFS) if self.hidden else (errno.EACCES,)


def confine(
    policy: SandboxPolicy, sentinel: Sentinel, keep: Collection[int] = (), abi: int | None = None
) -> Enforced:
    """Apply the policy to this process; what is enforced then.

    ``keep``: descriptors that stay open besides 0, 1 and 2. ``abi``: the Landlock version to use,
    at most the kernel's (default: that). Never raises for what the kernel refuses.
    """
    if sys.platform != "linux":
        return Enforced(layers=(Layer("none", (), f"no sandbox on {sys.platform}"),))
    if threads() > 1:
        return Enforced(layers=(Layer("none", (), "another thread exists already"),))
    close_others(keep)
    if policy.environment is not None:
        os.environ.clear()
        os.environ.update(policy.environment)
    layers = [limits.apply(policy)]
    version = landlock.abi() if abi is None else min(abi, landlock.abi())
    owned = namespaces.enter(network=policy.network)
    own_shm = bool(owned & namespaces.MOUNTS) and shared_memory.make_private(SHARED_MEMORY)
    read, write = _paths(policy, own_shm)
    # Rules name files by handle, so they are made while files outside can still be opened; the
    # capabilities go first of all that is enforced, since root could undo the rest.
    layers.append(capabilities.drop_all())
    layers.append(landlock.restrict(read, write, policy.network, version))
    layers.append(seccomp.restrict(network=policy.network))
    enforced = _sum(layers, policy, version)
    if sentinel.hidden:  # by bubblewrap, which gives these always
        owned |= namespaces.IPC | (0 if policy.network else namespaces.NETWORK)
    told = enforced.but(layers=(*enforced.layers, namespaces.layer(owned)))
    return _proved(told, sentinel)


def _paths(policy: SandboxPolicy, own_shm: bool) -> tuple[list[str], list[str]]:
    write = [*policy.write, *([shared_memory.FOLDER] if own_shm else [])]
    if not policy.system:
        return list(policy.read), write
    return [*needed.readable(), *policy.read], [*needed.writable(), *write]


def threads() -> int:
    """How many threads this process has; 1 where the system does not tell."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def close_others(keep: Collection[int]) -> None:
    """Close every descriptor but the standard ones and those to keep: what is open stays usable."""
    kept = {0, 1, 2, *keep}
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        numbers = list(range(256))
    for number in numbers:
        if number not in kept:
            try:
                os.close(number)
            except OSError:
                continue


def _sum(layers: list[Layer], policy: SandboxPolicy, version: int) -> Enforced:
    limited, dropped, files, calls = layers
    whole = "enforced" if version >= landlock.FULL_ABI else "partial"
    enforced = Enforced(
        files=whole if files.holds else "none",
        network=_network(files, calls, policy, version),
        signals="enforced" if files.holds and version >= 6 else "none",
        kernel="enforced" if calls.holds and dropped.holds else "none",
        memory="enforced" if policy.max_memory is not None and limited.holds else "none",
        layers=(files, calls, dropped, limited),
    )
    return enforced if dropped.holds else enforced.but(files="partial")


def _network(files: Layer, calls: Layer, policy: SandboxPolicy, version: int) -> str:
    if policy.network or calls.holds:
        return "enforced"
    return "partial" if files.holds and version >= 4 else "none"


def _by_namespaces(enforced: Enforced) -> Enforced:
    """What namespaces hide can't be reached, with Landlock or without."""
    return enforced.but(files="enforced", metadata="enforced", signals="enforced")


def _proved(enforced: Enforced, sentinel: Sentinel) -> Enforced:
    """The same, or less where the sentinel says otherwise."""
    if enforced.files == "none" and not sentinel.hidden:
        return enforced
    read, made = _try_to_read(sentinel.secret), _try_to_create(sentinel.probe)
    if read in sentinel.refusals and made in sentinel.refusals:
        return _by_namespaces(enforced) if sentinel.hidden else enforced
    what = "reading" if read not in sentinel.refusals else "creating"
    got = read if read not in sentinel.refusals else made
    how = "succeeded" if got is None else f"gave {errno.errorcode.get(got, got)}"
    reason = Layer("proof", (), f"{what} a file outside {how}")
    return enforced.but(files="none", layers=(*enforced.layers, reason))


def _try_to_read(path: str) -> int | None:
    """None when it worked, else the error number."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        return error.errno
    return None


def _try_to_create(path: str) -> int | None:
    """None when it worked (the file is removed again), else the error number."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        return error.errno
    os.unlink(path)
    return None
