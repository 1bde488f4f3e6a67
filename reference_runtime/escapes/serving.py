"""The worker's answer to ``probe``: payloads on one input of a node of the loaded pack."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference_runtime.escapes.arena import Arena
from reference_runtime.escapes.calling import Caller
from reference_runtime.escapes.hosting import guarded_host
from reference_runtime.escapes.probing import Probe
from reference_runtime.escapes.watcher import Watcher

if TYPE_CHECKING:
    from reference_runtime.exercise.facts import Case
    from reference_runtime.exercise.invoking import Subject
    from reference_runtime.exercise.serving import Exercise


class CannotProbe(RuntimeError):
    """No payload can be tried; the message says why."""


class Probing:
    """Probes nodes of one worker. ``enforced``: the kernel refuses writes outside its folder."""

    def __init__(self, exercise: Exercise, host: Path, enforced: bool) -> None:
        around = exercise.around
        self._exercise, self._around = exercise, around
        self._host, self._enforced = host, enforced
        self._watcher = Watcher(str(around.place.path), str(around.work / "tmp"))
        self._arena: Arena | None = None
        self._of: tuple[str, str] | None = None
        self._probe: Probe | None = None

    def probe(self, params: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
        """``params``: ``key`` and ``class_name`` of the node, ``case``, ``input``, ``begin``
        (number of a payload), ``seconds``, ``granted`` (kinds of what it may do).

        Raises CannotProbe.
        """
        if not self._enforced:
            raise CannotProbe("writes are not refused by the kernel: no payload is tried")
        with self._in_arena() as arena, guarded_host():
            place = (params["key"], params["input"])
            if self._of != place or self._probe is None:
                if self._probe is not None:
                    self._probe.close()
                subject = self._exercise.subject(params["key"], params["class_name"])
                case = params["case"]
                caller = self._caller(subject, case, params["input"])
                granted = frozenset(params["granted"])
                self._probe = Probe(params["input"], caller, arena, self._watcher, tell, granted)
                self._of = place
            return {"probe": self._probe.run(params["begin"], params["seconds"])}

    def _caller(self, subject: Subject, case: Case, name: str) -> Caller:
        try:
            return Caller(self._around, self._watcher, subject, case, name)
        except Exception as error:
            text = f"the input could not be made: {type(error).__name__}: {error}"
            raise CannotProbe(text) from None

    @contextmanager
    def _in_arena(self) -> Iterator[Arena]:
        """The decoys are there within the block."""
        if self._arena is None:
            self._arena = Arena(self._host, self._around.work / "home")
        arena, watcher, cwd = self._arena, self._watcher, os.getcwd()
        watcher.allowed = tuple(arena.allowed)
        watcher.decoys = tuple(map(str, arena.decoys))
        arena.build()
        try:
            yield arena
        finally:
            os.chdir(cwd)
            arena.park()
