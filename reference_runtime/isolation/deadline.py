"""Deadlines for a worker on a machine that may be busy with something else."""

from __future__ import annotations

import time

MOST = 2.0
"""So many times its length a deadline may grow: a pack can crowd out its own main thread."""


class Deadline:
    """So many seconds from now, less those in which the process stood in line for a processor."""

    def __init__(self, seconds: float, pid: int) -> None:
        self._pid = pid
        self._end = time.monotonic() + seconds
        self._more = seconds * MOST
        self._counted = seconds_in_line(pid)

    @property
    def left(self) -> float:
        """Seconds until it ends; 0 when it has."""
        return max(self._end - time.monotonic(), 0.0)

    def moves(self) -> bool:
        """Whether it moves, now that it has come: what the process waited for is added to it."""
        waited = seconds_in_line(self._pid)
        added = min(waited - self._counted, self._more)
        if added < 0.05:
            return False
        self._counted = waited
        self._more -= added
        self._end += added
        return True


def seconds_in_line(pid: int) -> float:
    """How long the main thread was ready to run and did not; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
