"""What importing a pack did besides defining nodes: audit events, and before against after.

Only lasting changes of state count: a pack that sets ``sys.path`` and puts it back has done
nothing.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from reference_runtime.description import SideEffect
from reference_runtime.host.snapshot import take
from reference_runtime.isolation.attribution import Cause
from reference_runtime.isolation.audit import Auditor
from reference_runtime.isolation.places import Places
from reference_runtime.isolation.watching import Watch, WatchedPath
from reference_runtime.loading.place import Place

THREAD_GRACE = 0.05
"""Seconds in which a thread that only does a small job may end."""


class Observer:
    """Observes what happens between entering and leaving it; ``effects`` tells afterwards."""

    def __init__(
        self, place: Place, work: Path, host: Path, writes_refused: bool, blocks: bool = False
    ) -> None:
        self._place = place
        self._audit = Auditor(Places(place, work, host, writes_refused or blocks))
        self._audit.blocks = blocks
        self._watch = Watch()

    @property
    def audit(self) -> Auditor:
        """The one auditor of the process, for those who look at what happens later."""
        return self._audit

    @property
    def refused_writes(self) -> bool:
        """Whether the confinement refused a file change of the pack."""
        return self._audit.refused_writes

    def effects(self) -> list[SideEffect]:
        return list(self._audit.effects.values())

    def __enter__(self) -> Observer:
        self._cwd = os.getcwd()
        self._environment = dict(os.environ)
        self._path = list(sys.path)
        self._handlers = _handlers()
        self._host_before = take()
        self._watch.install()
        self._audit.active = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._audit.active = False
        self._watch.uninstall()
        self._compare_cwd()
        self._compare_environment()
        self._compare_path()
        self._compare_handlers()
        self._note_threads()
        self._compare_torch()
        self._compare_host()

    def _compare_cwd(self) -> None:
        try:
            now = os.getcwd()
        except OSError:
            now = "a folder that no longer exists"
        if now != self._cwd:
            self._audit.note("cwd", f"now {now}", self._audit.chdir)

    def _compare_environment(self) -> None:
        for name, who in self._audit.environment.items():
            before, now = self._environment.get(name), os.environ.get(name)
            if before != now:
                detail = f"{name} removed" if now is None else f"{name}={now}"
                self._audit.note("environment", detail, who)

    def _compare_path(self) -> None:
        for entry in sys.path:
            if entry not in self._path:
                who = self._who_added(str(entry))
                if who is not None and who.own:
                    self._audit.note("sys.path", f"added {entry}", who)

    def _who_added(self, entry: str) -> Cause | None:
        """The pack's line that added the entry; by its source where the list was replaced."""
        found = self._watch.path.causes.get(entry)
        if found is None and not isinstance(sys.path, WatchedPath):
            return self._mention(r"\bsys\.path\s*=[^=]")
        return found

    def _compare_handlers(self) -> None:
        for number, before in self._handlers.items():
            who = self._watch.handlers.get(number)
            if signal.getsignal(number) is not before and who is not None and who.own:
                self._audit.note("signal", signal.Signals(number).name, who)

    def _note_threads(self) -> None:
        for thread, who in self._watch.threads:
            if who is None or not who.own:
                continue
            thread.join(THREAD_GRACE)
            if thread.is_alive():
                kind = "daemon" if thread.daemon else "not a daemon"
                self._audit.note("thread", f"{thread.name} ({kind})", who)

    def _compare_torch(self) -> None:
        torch: Any = sys.modules.get("torch")
        if torch is None or not hasattr(torch, "get_default_dtype"):
            return
        dtype = torch.get_default_dtype()
        if dtype is not torch.float32:
            where = self._mention(r"set_default_dtype|set_default_tensor_type")
            self._audit.note("default-dtype", f"now {dtype}", where)
        if not torch.is_grad_enabled():
            where = self._mention(r"set_grad_enabled|inference_mode|no_grad")
            self._audit.note("grad-mode", "gradients are off", where)
        device = str(getattr(torch, "get_default_device", lambda: "cpu")())
        if device != "cpu":
            where = self._mention(r"set_default_device|set_default_tensor_type")
            self._audit.note("default-device", f"now {device}", where)
        if torch.cuda.is_initialized():
            where = self._mention(r"cuda|get_torch_device")
            self._audit.note("gpu", "a CUDA context was made", where)

    def _compare_host(self) -> None:
        for change in self._host_before.changes():
            who = None
            if change.file is not None:
                who = Cause(change.file, change.line or 1, False, False, False)
            self._audit.note("host-patched", change.name, who)

    def _mention(self, pattern: str) -> Cause | None:
        """The first line of the pack's source that matches, for state without events."""
        compiled = re.compile(pattern)
        for file in self._place.python_files():
            for number, text in enumerate(_lines(file), 1):
                code = text.partition("#")[0]
                if compiled.search(code):
                    return Cause(str(file), number, False, False, False)
        return None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _handlers() -> dict[int, Any]:
    return {int(number): signal.getsignal(number) for number in signal.valid_signals()}
