"""Start of a worker process by a plain spawn, and what is known of a started one."""

from __future__ import annotations

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reference_runtime.isolation.process import BOOTSTRAP, compile_package
from reference_runtime.isolation.scratch import worker_environment


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


@dataclass
class Spawned:
    """A worker started by this process."""

    process: subprocess.Popen[bytes]
    token: str

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


def spawn(python: str, work: Path, inherited: tuple[int, ...] = ()) -> Spawned:
    """Start a worker whose writable folder is ``work``.

    ``inherited``: descriptors that it keeps, under the same numbers. Call it from a thread that
    lives as long as the worker may: the kernel ends a worker with the thread that started it.
    Raises OSError when ``python`` can't be started.
    """
    compile_package()
    token = secrets.token_hex(16)
    process = subprocess.Popen(
        [python, "-B", "-s", "-u", str(BOOTSTRAP), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=work / "host",
        env=worker_environment(work, token),
        start_new_session=True,
        pass_fds=inherited,
    )
    return Spawned(process, token)
