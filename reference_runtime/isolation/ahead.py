"""A worker's process that starts before it is known which pack it will load.

Starting takes as long as finding the pack, and both can be done at once.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

from reference_runtime.isolation.process import WorkerProcess
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.isolation.signals import cleaning_before_termination


class Ahead:
    """A process under this interpreter, and its folder, for whoever takes them over; until then
    ``close`` or SIGTERM end them.

    Raises OSError when no process can be started.
    """

    def __init__(self) -> None:
        with ExitStack() as ending:
            self.scratch = ending.enter_context(Scratch())
            self.worker = ending.enter_context(WorkerProcess(sys.executable, self.scratch.work))
            self._ending = ending.pop_all()
        self._waiting = ExitStack()
        self._waiting.enter_context(cleaning_before_termination(self._ending.close))

    def hand_over(self) -> tuple[Scratch, WorkerProcess]:
        """The folder and the process; the caller ends both from now on. To be called once."""
        self._waiting.close()
        self._ending.pop_all()
        return self.scratch, self.worker

    def close(self) -> None:
        """End the process and remove its folder, unless they were handed over."""
        self._waiting.close()
        self._ending.close()
