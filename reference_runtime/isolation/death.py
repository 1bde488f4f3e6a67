"""How a worker ended: the one error that whoever waits for it, or asks it afterwards, gets."""

from __future__ import annotations

import signal


class WorkerDied(Exception):
    """The worker ended, broke the protocol or gave no answer in time; it is dead now."""

    def __init__(self, cause: str, request: str, hung: bool = False) -> None:
        super().__init__(f"{cause} (request: {request})")
        self.cause = cause
        self.request = request
        self.hung = hung


def describe_status(status: int, wrapped: bool = False) -> str:
    """A return code as ``subprocess`` gives it, in words.

    ``wrapped``: bubblewrap stands between, and tells a signal as 128 and its number.
    """
    if wrapped and 128 < status < 128 + signal.NSIG:
        status = 128 - status
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
