"""A limit on the memory of a worker, held from outside: the worker's parent looks and kills."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType

from reference_runtime.isolation.process import WorkerProcess
from reference_runtime.isolation.unisolated import InProcess

LOOK_SECONDS = 0.05
Worker = WorkerProcess | InProcess


class MemoryGuard:
    """Kills a worker that takes more memory than it may; ``struck`` tells whether it did."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.struck = False
        self._worker: Worker | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def watching(self, worker: Worker) -> _Watching:
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="memory-guard", daemon=True)
            self._thread.start()
        return _Watching(self._set, worker)

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    def _set(self, worker: Worker | None) -> None:
        with self._lock:
            self._worker = worker
            if worker is not None:
                self.struck = False
                self._wake.set()

    def _look(self) -> None:
        while not self._closed:
            with self._lock:
                watched = self._worker
                if watched is None:
                    self._wake.clear()
                elif not watched.ended and resident_bytes(watched.pid) > self.limit:
                    self.struck = True
                    strike(watched.pid)
                    self._worker = None
            if watched is None:
                self._wake.wait()
            else:
                time.sleep(LOOK_SECONDS)


class _Watching:
    def __init__(self, tell: Callable[[Worker | None], None], worker: Worker) -> None:
        self._tell, self._worker = tell, worker

    def __enter__(self) -> None:
        self._tell(self._worker)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tell(None)


def strike(pid: int) -> None:
    """Kill a worker; not the process that a pack shares with us, see ``unisolated``."""
    if pid == os.getpid():
        return
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
