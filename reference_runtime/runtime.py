"""Inspect a pack: load it in a worker of its own and bring its description back.

This is the public face for whoever judges packs; it survives packs that hang, crash or exit.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from reference_runtime.isolation.confining import DEFAULT, Sandbox
from reference_runtime.isolation.inspector import CannotConfine, CannotStart, Inspector, Wanted
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.isolation.signals import cleaning_before_termination, terminating_cleanly
from reference_runtime.levels import Mode, level_named
from reference_runtime.loading.metadata import declared_web
from reference_runtime.sandbox.policy import Enforced

if TYPE_CHECKING:
    from reference_runtime.description import NodeDescription, PackDescription
    from reference_runtime.isolation.ahead import Ahead


class EnvironmentBroken(Exception):
    """No worker can be started at all: a wrong interpreter, no processes, an unsupported system."""


class SandboxNotEnforced(EnvironmentBroken):
    """The sandbox can't be enforced on this machine; the message says what and why."""


@dataclass(frozen=True)
class PackSpec:
    """Which pack to load and by which rules.

    ``path`` is a folder or a single ``.py`` file; ``timeout`` (seconds) bounds each request to the
    worker; ``python`` is the interpreter that hosts the worker (default: this one).
    """

    path: Path
    level: str
    mode: Mode = "faithful"
    timeout: float = 60.0
    python: str | None = None
    isolated: bool = True
    """False: in this very process, unconfined; see ``isolation.unisolated``."""
    fakes: bool = False
    """Small files stand in for weights in the worker's models folder."""
    sandbox: Sandbox = DEFAULT


@dataclass(frozen=True)
class Death:
    """How a worker ended before its time."""

    cause: str
    """One line: "killed by SIGSEGV", "exited with status 3", "no answer within 60 s"."""
    request: str
    """The request it was working on, e.g. "load" or "describe KSampler"."""
    stderr_tail: str
    """The last lines it printed."""


@dataclass(frozen=True)
class Inspection:
    """A pack's description and how it was obtained."""

    description: PackDescription
    output: str
    """What the pack printed (stdout and stderr, bounded)."""
    output_bytes: int
    """How much it printed in all."""
    enforced: Enforced
    """What the sandbox enforced on the worker; its ``line`` says it to people."""
    seconds: float
    deaths: list[Death] = field(default_factory=list)


def inspect_pack(spec: PackSpec, *, on_progress: Callable[[str], None] | None = None) -> Inspection:
    """Load the pack in a worker, describe every node, end the worker.

    A node that kills or hangs the worker is skipped in a fresh worker and stands in the
    description as a problem ("node-crashed", "node-hung"); a pack that does so while loading gives
    a description without nodes ("load-crashed", "load-hung"). Raises FileNotFoundError when the
    path does not exist and ``EnvironmentBroken`` when no worker can be started at all.
    """
    with Inspecting(spec) as inspecting:
        return inspecting.result(on_progress)


class Inspecting:
    """An inspection under way: from the start its worker loads the pack, beside the caller.

    A context manager that leaves nothing behind, whether the result was asked for or not. Raises
    what ``inspect_pack`` raises. Belongs to the thread that made it. ``ahead``: a process of this
    interpreter that is to be the first worker; it is taken over.
    """

    def __init__(self, spec: PackSpec, ahead: Ahead | None = None) -> None:
        path = spec.path.expanduser().resolve(strict=True)
        level = level_named(spec.level)
        wanted = Wanted(
            path=path,
            level=level.name,
            mode=spec.mode,
            timeout=spec.timeout,
            python=spec.python or sys.executable,
            web=declared_web(path, level.brand),
            isolated=spec.isolated,
            fakes=spec.fakes,
            sandbox=spec.sandbox,
        )
        self._started = time.monotonic()
        with ExitStack() as ending:
            scratch, worker = ahead.hand_over() if ahead is not None else (Scratch(), None)
            ending.enter_context(scratch)
            inspector = Inspector(wanted, scratch, ahead=worker)
            self._inspector = ending.enter_context(inspector)
            with _saying_what_broke():
                self._inspector.begin()
            self._ending = ending.pop_all()
        self._waiting = ExitStack()
        self._waiting.enter_context(cleaning_before_termination(self._ending.close))

    def result(
        self,
        on_progress: Callable[[str], None] | None = None,
        on_node: Callable[[NodeDescription], None] | None = None,
    ) -> Inspection:
        """Wait until the pack is described; to be called once. Ends the worker.

        ``on_node`` gets each node's description while the worker makes the next ones; whether the
        node is ``registered`` stands in it only at the end, when all are known.
        """
        self._waiting.close()
        inspector = self._inspector
        inspector.on_progress = on_progress or inspector.on_progress
        inspector.on_node = on_node or inspector.on_node
        with terminating_cleanly(), self._ending:
            with inspector, _saying_what_broke():
                description = inspector.run()
            return Inspection(
                description,
                output="\n".join(text for text in inspector.outputs if text),
                output_bytes=inspector.output_bytes,
                enforced=inspector.enforced,
                seconds=time.monotonic() - self._started,
                deaths=[Death(d.cause, d.request, printed) for d, printed in inspector.deaths],
            )

    def close(self) -> None:
        """End the worker and remove its folder; safe to call again, and after ``result``."""
        self._waiting.close()
        self._ending.close()

    def __enter__(self) -> Inspecting:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _saying_what_broke() -> Iterator[None]:
    try:
        yield
    except CannotConfine as error:
        raise SandboxNotEnforced(str(error)) from None
    except CannotStart as error:
        raise EnvironmentBroken(str(error)) from None
