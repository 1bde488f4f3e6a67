"""A limit on the memory of a worker, held from outside: the worker's parent looks and kills."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType

from reference_runtime.isolation.process import WorkerProcess
from reference_runtime.isolation.tree import descendants, tree_bytes
from reference_runtime.isolation.unisolated import InProcess

LOOK_SECONDS = 0.05
PROCESSES = 256
"""Of a worker and all that it started."""
Worker = WorkerProcess | InProcess


class MemoryGuard:
    """Kills a worker that takes more memory, or has more processes, than it may.

    Both are counted over the worker and all that it started. ``struck``: what it took; or "".
    """

    def __init__(self, limit: int, processes: int = PROCESSES) -> None:
        self.limit, self.processes = limit, processes
        self.struck = ""
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
                self.struck = ""
                self._wake.set()

    def _look(self) -> None:
        while not self._closed:
            with self._lock:
                watched = self._worker
                if watched is None:
                    self._wake.clear()
                elif not watched.ended:
                    self.struck = self._excess(watched.pid)
                    if self.struck:
                        strike(watched.pid)
                        self._worker = None
            if watched is None:
                self._wake.wait()
            else:
                time.sleep(LOOK_SECONDS)

    def _excess(self, pid: int) -> str:
        """What the worker and all that it started take more of than they may; "" for nothing."""
        tree = descendants(pid)
        if len(tree) > self.processes:
            return f"more than {self.processes} processes"
        if tree_bytes(tree, self.limit) > self.limit:
            return f"more than {self.limit / (1 << 30):.1f} GB of memory"
        return ""


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
