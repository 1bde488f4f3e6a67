"""Start of a worker process by a plain spawn, and what is known of a started one."""

from __future__ import annotations

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reference_runtime.isolation.process import begin, compile_package
from reference_runtime.isolation.scratch import worker_environment
from reference_runtime.sandbox.launching import Confinement, Status
from reference_runtime.sandbox.policy import Enforced


class Launched(Protocol):
    """A started worker: its process, the host's ends of its pipes, how it ended."""

    pid: int
    token: str
    """Marks the processes of the worker, see ``sweep``."""
    writes: int
    reads: int
    printed: int
    """Descriptors: its stdin, stdout and stderr. Whoever takes them closes them."""

    def status(self) -> int | None:
        """The return code as ``subprocess`` gives it; None while the process runs. Reaps it."""

    def enforced(self) -> Enforced | None:
        """What was enforced before its interpreter started; None where it confines itself."""


@dataclass
class Spawned:
    """A worker started by this process."""

    process: subprocess.Popen[bytes]
    token: str
    told: Status | None = None
    wrapped: bool = False

    def __post_init__(self) -> None:
        pipes = self.process.stdin, self.process.stdout, self.process.stderr
        # Copies: the objects of subprocess close theirs whenever they are collected.
        self.writes, self.reads, self.printed = (os.dup(p.fileno()) for p in pipes if p)
        for pipe in pipes:
            if pipe:
                pipe.close()
        self.pid = self.process.pid

    def status(self) -> int | None:
        return self.process.poll()

    def enforced(self) -> Enforced | None:
        told, self.told = self.told, None
        return told.read(self.wrapped) if told is not None else None


def spawn(
    python: str,
    work: Path,
    inherited: tuple[int, ...] = (),
    confinement: Confinement | None = None,
) -> Spawned:
    """Start a worker whose writable folder is ``work``; ``confinement``: before it starts.

    ``inherited``: descriptors that it keeps, under the same numbers. Call it from a thread that
    lives as long as the worker may: the kernel ends a worker with the thread that started it.
    Raises OSError when ``python`` can't be started.
    """
    compile_package()
    token = secrets.token_hex(16)
    environment = worker_environment(work, token)
    process, told = begin(python, work, environment, confinement, inherited)
    return Spawned(process, token, told, confinement is not None and confinement.wrap)
