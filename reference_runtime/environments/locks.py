"""Locks between processes that end with whoever holds them, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from reference_runtime.environments.errors import MachineLacks

POLL_SECONDS = 0.05


class Busy(Exception):
    """Another process holds the lock."""


class Lock:
    """A file that one process holds alone, or several share. A context manager.

    Between threads too: each Lock opens the file anew. Raises MachineLacks where the system has no
    such locks.
    """

    def __init__(self, file: Path) -> None:
        self._calls = _fcntl()
        file.parent.mkdir(parents=True, exist_ok=True)
        self.fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Hold it with others; waits for whoever holds it alone. Let go first if held alone."""
        self._calls.flock(self.fd, self._calls.LOCK_SH)

    def take(self, wait: float) -> None:
        """Hold it alone, waiting at most ``wait`` seconds. Raises Busy."""
        deadline = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= deadline:
                raise Busy
            time.sleep(POLL_SECONDS)

    def _try(self) -> bool:
        try:
            self._calls.flock(self.fd, self._calls.LOCK_EX | self._calls.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go; safe to call again."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Lock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def alone(file: Path, wait: float = 0.0) -> Iterator[Lock]:
    """Hold the lock alone for a block. Raises Busy."""
    with Lock(file) as lock:
        lock.take(wait)
        yield lock


def _fcntl() -> Any:
    try:
        import fcntl
    except ImportError:
        raise MachineLacks(
            "environments of packs need file locks as Unix has them; run with "
            "--studio-isolation=process"
        ) from None
    return fcntl
