"""System calls that a pack never needs, and that lead around files and network rules.

Landlock leaves open: datagrams, unix and netlink sockets, handles of files, mounts, namespaces,
other processes' memory. A filter (classic BPF, seccomp mode 2) refuses them by number. Without a
network sockets may be made all the same, so that an attempt to connect is seen with its address;
connecting, listening and sending to an address are refused.
"""

from __future__ import annotations

import ctypes
import errno

from reference_runtime.sandbox import kernel
from reference_runtime.sandbox.policy import Layer
from reference_runtime.sandbox.record import Record
from reference_runtime.sandbox.syscall_numbers import AUDIT_ARCH, NUMBERS

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4
_X32 = 0x40000000
"""Numbers from here on are those of x32, which would pass by every comparison."""

KERNEL = (
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    "name_to_handle_at", "open_by_handle_at",
    "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "move_mount",
    "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    "bpf", "perf_event_open", "userfaultfd", "fanotify_init", "add_key", "request_key", "keyctl",
    "kexec_load", "kexec_file_load", "reboot", "init_module", "finit_module", "delete_module",
    "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "vhangup",
    "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname",
    "iopl", "ioperm", "modify_ldt", "uselib",
    "shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl",
    "msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink",
)  # fmt: skip
"""Refused always."""
ABSENT = ("clone3", "inotify_init", "inotify_init1")
"""As if the kernel had no such calls. The C library then uses clone, whose flags a filter can see.
A watch on a folder tells the names of files in it, which Landlock does not hold; who wants one can
look from time to time instead."""
NETWORK = ("connect", "bind", "listen", "accept", "accept4", "sendmsg", "sendmmsg")
"""Refused where there is no network."""

_AF_INET, _AF_INET6, _AF_UNIX = 2, 10, 1
_NAMESPACES = 0x7E020000 | 0x80  # CLONE_NEWCGROUP .. CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWTIME
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

Step = tuple[int, int, int, int]
"""Code, jump if true, jump if false, value."""


class _Argument(Record):
    """A refusal that depends on one argument (0 to 5): how its lower half compares to a value."""

    call: str
    index: int
    code: int
    value: int
    refuses: bool
    """Whether it is refused when the comparison is true, or when it is false."""
    error: int = errno.EPERM


_ALWAYS = (
    _Argument("clone", 0, _JUMP_BITS, _NAMESPACES & 0xFFFFFF7F, True),
    _Argument("ioctl", 1, _JUMP_EQUAL, _TIOCSTI, True),
    _Argument("ioctl", 1, _JUMP_EQUAL, _TIOCLINUX, True),
    _Argument("prlimit64", 0, _JUMP_EQUAL, 0, False),
    _Argument("setpriority", 1, _JUMP_EQUAL, 0, False),
)
_OFFLINE = (
    # The address of an address: neither half of the pointer may be set.
    _Argument("sendto", 4, _JUMP_EQUAL, 0, False, errno.EACCES),
    _Argument("sendto", -4, _JUMP_EQUAL, 0, False, errno.EACCES),
)


def program(machine: str, *, network: bool) -> list[Step]:
    """The filter for this architecture. Raises KeyError for one that has no table."""
    numbers = NUMBERS[machine]
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _REFUSE | errno.EPERM),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        steps += _when(_JUMP_ABOVE, _X32, errno.EPERM)
    for name in KERNEL:
        if name in numbers:
            steps += _when(_JUMP_EQUAL, numbers[name], errno.EPERM)
    for name in ABSENT:
        if name in numbers:
            steps += _when(_JUMP_EQUAL, numbers[name], errno.ENOSYS)
    for argument in (*_ALWAYS, *(() if network else _OFFLINE)):
        steps += _depending(numbers[argument.call], argument)
    # With a network connecting is allowed, and unix sockets lead to services of this machine.
    families = (_AF_INET, _AF_INET6) if network else (_AF_INET, _AF_INET6, _AF_UNIX)
    steps += _sockets(numbers["socket"], families)
    for name in () if network else NETWORK:
        steps += _when(_JUMP_EQUAL, numbers[name], errno.EACCES)
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _when(code: int, value: int, error: int) -> Iterator[Step]:
    yield code, 0, 1, value
    yield _RETURN, 0, 0, _REFUSE | error


def _depending(number: int, argument: _Argument) -> Iterator[Step]:
    """Refuse by an argument; afterwards the number of the call is loaded again."""
    yield _JUMP_EQUAL, 0, 4, number
    yield _LOAD, 0, 0, _offset(argument.index)
    yes, no = (0, 1) if argument.refuses else (1, 0)
    yield argument.code, yes, no, argument.value
    yield _RETURN, 0, 0, _REFUSE | argument.error
    yield _LOAD, 0, 0, _NUMBER


def _offset(index: int) -> int:
    """Where a filter finds the lower half of an argument, or of -index the upper half."""
    return 16 + 8 * abs(index) + (4 if index < 0 else 0)


def _sockets(number: int, families: tuple[int, ...]) -> Iterator[Step]:
    """Only sockets of these families; netlink and others lead into the kernel."""
    yield _JUMP_EQUAL, 0, len(families) + 3, number
    yield _LOAD, 0, 0, _offset(0)
    for place, family in enumerate(families):
        yield _JUMP_EQUAL, len(families) - place, 0, family
    yield _RETURN, 0, 0, _REFUSE | errno.EPERM
    yield _LOAD, 0, 0, _NUMBER


def restrict(*, network: bool, machine: str | None = None) -> Layer:
    """Filter the calls of the calling thread and its descendants, for good."""
    machine = machine or kernel.machine()
    if not kernel.LINUX or machine not in NUMBERS:
        return Layer("seccomp", (), f"no seccomp filter for {machine}")
    if not kernel.no_new_privileges():
        return Layer("seccomp", (), "no_new_privs failed")
    steps = program(machine, network=network)
    code = _install(steps)
    if code < 0:
        return Layer("seccomp", (), f"the kernel took no filter (error {-code})")
    held = ("kernel interfaces", "other processes", "unix and netlink sockets")
    return Layer("seccomp", held if network else ("network", *held))


def _install(steps: list[Step]) -> int:
    filled = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    whole = _Program(len(steps), filled)
    address = ctypes.addressof(whole)
    return kernel.prctl(_PR_SET_SECCOMP, _MODE_FILTER, address)
