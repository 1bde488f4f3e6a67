"""A worker's ties to its parent: it ends with it, and goes first when memory runs out."""

from __future__ import annotations

import os
import signal
import sys

from reference_runtime.sandbox import kernel


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux); exit if it already has.

    ``parent``: its number; 0 where namespaces hide it.
    """
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and os.getppid() != parent:
        os._exit(0)


def first_when_memory_ends() -> None:
    """Have the kernel kill this process, and not its parent, when memory runs out (Linux)."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except OSError:
        return


def no_core_files() -> None:
    """A crashing pack leaves no core file."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return
