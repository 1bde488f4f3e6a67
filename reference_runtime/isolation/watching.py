"""Thin wrappers that tell which line of a pack changed state for which there is no audit event."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex

from reference_runtime.isolation.attribution import Cause, cause


class WatchedPath(list[str]):
    """``sys.path`` that remembers who put which entry in."""

    def __init__(self, entries: Iterable[str]) -> None:
        super().__init__(entries)
        self.causes: dict[str, Cause | None] = {}

    def _note(self, entries: Iterable[Any]) -> None:
        who = cause()
        self.causes.update({str(entry): who for entry in entries})

    def append(self, entry: str) -> None:
        self._note([entry])
        super().append(entry)

    def insert(self, index: SupportsIndex, entry: str) -> None:
        self._note([entry])
        super().insert(index, entry)

    def extend(self, entries: Iterable[str]) -> None:
        listed = list(entries)
        self._note(listed)
        super().extend(listed)

    def __iadd__(self, entries: Iterable[str]) -> WatchedPath:  # type: ignore[override,misc]
        self.extend(entries)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        self._note(value if isinstance(index, slice) else [value])
        super().__setitem__(index, value)


class Watch:
    """Installs the wrappers; ``causes`` of handlers and threads fill while a pack is imported."""

    def __init__(self) -> None:
        self.handlers: dict[int, Cause | None] = {}
        self.threads: list[tuple[threading.Thread, Cause | None]] = []
        self.path = WatchedPath(sys.path)

    def install(self) -> None:
        sys.path = self.path
        self._wrap_signal()
        self._wrap_thread()

    def uninstall(self) -> None:
        signal.signal = self._signal
        threading.Thread.start = self._start  # type: ignore[method-assign,assignment]

    def _wrap_signal(self) -> None:
        self._signal: Callable[..., Any] = signal.signal

        def watched(signalnum: Any, handler: Any) -> Any:
            previous = self._signal(signalnum, handler)
            self.handlers[int(signalnum)] = cause()
            return previous

        signal.signal = watched

    def _wrap_thread(self) -> None:
        self._start: Callable[[threading.Thread], None] = threading.Thread.start

        def watched(thread: threading.Thread) -> None:
            self.threads.append((thread, cause()))
            self._start(thread)

        threading.Thread.start = watched  # type: ignore[method-assign,assignment]
