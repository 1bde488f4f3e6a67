"""How long a pack takes to load, as far as that is the pack's doing.

Time in which the process was ready and the machine busy with others does not count, nor does the
import of torch, which every host has done long before it comes to the packs.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType, TracebackType
from typing import Any

HOSTS_OWN = "torch"


class Stopwatch:
    """Measures what happens between entering and leaving it; ``seconds`` tells afterwards."""

    seconds = 0.0

    def __init__(self) -> None:
        self._excluded = 0.0

    def __enter__(self) -> Stopwatch:
        sys.meta_path.insert(0, self)
        self._started = self._now()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = max(0.0, self._now() - self._started - self._excluded)
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def _now(self) -> float:
        return time.perf_counter() - waited_for_cpu()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find torch as ever, with its execution timed; leave all else to the other finders."""
        if name != HOSTS_OWN:
            return None
        spec = PathFinder.find_spec(name, path, target)
        loader: Any = spec.loader if spec else None
        if loader is not None and hasattr(loader, "exec_module"):
            loader.exec_module = self._timed(loader.exec_module)
        return spec

    def _timed(self, execute: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
        def timed(module: ModuleType) -> None:
            started = self._now()
            try:
                execute(module)
            finally:
                self._excluded += self._now() - started

        return timed


def waited_for_cpu() -> float:
    """Seconds this thread was ready to run but did not; 0.0 where the system does not say."""
    try:
        with open(f"/proc/self/task/{threading.get_native_id()}/schedstat", "rb") as stats:
            return int(stats.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
