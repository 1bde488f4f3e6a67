"""The standard descriptors and streams around a call: a host shares them with all its nodes."""

from __future__ import annotations

import os
import sys
from typing import Any

from reference_runtime.exercise.facts import LossFacts
from reference_runtime.exercise.surviving import loss

NAMES = ("stdin", "stdout", "stderr")
WAITING = b"\n" * 4096
"""Lines on stdin: who asks for one gets one, and is seen by what is missing."""


class Standard:
    """The descriptors and streams as they are now, to be put back and compared with."""

    def __init__(self) -> None:
        self._copies = [_copy(number) for number in range(3)]
        self._streams = {name: getattr(sys, name) for name in NAMES}

    def begin(self) -> None:
        """Put everything back, and something to read on stdin."""
        self.restore()
        reads, writes = os.pipe()
        os.write(writes, WAITING)
        os.close(writes)
        os.dup2(reads, 0)
        os.close(reads)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - closed by restore
        self._before = [_identity(number) for number in range(3)]
        self._given = {name: getattr(sys, name) for name in NAMES}

    def found(self) -> list[LossFacts]:
        """What is otherwise since ``begin``."""
        lost = [
            loss("replaced", f"descriptor {number} ({NAMES[number]})", _now(now))
            for number, was in enumerate(self._before)
            if (now := _identity(number)) != was
        ]
        lost += [
            loss("replaced", f"sys.{name}", "is another stream")
            for name, stream in self._given.items()
            if getattr(sys, name, None) is not stream
        ]
        if self._before[0] == _identity(0) and _waiting() < len(WAITING):
            lost.append(loss("read", "stdin", "was read from"))
        return lost

    def restore(self) -> None:
        for number, copy in enumerate(self._copies):
            if copy is not None:
                os.dup2(copy, number)
        for name, stream in self._streams.items():
            setattr(sys, name, stream)


def _copy(number: int) -> int | None:
    try:
        return os.dup(number)
    except OSError:
        return None


def _identity(number: int) -> tuple[int, int] | None:
    """Which file, pipe or device it is; None when it is closed."""
    try:
        status = os.fstat(number)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _now(identity: tuple[int, int] | None) -> str:
    return "was closed" if identity is None else "was made to be another file"


def _waiting() -> int:
    """Bytes that are still there to be read."""
    import array
    import fcntl
    import termios

    count: Any = array.array("i", [0])
    try:
        fcntl.ioctl(0, termios.FIONREAD, count)
    except OSError:
        return len(WAITING)
    return int(count[0])
