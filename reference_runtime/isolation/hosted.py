"""A worker on an event loop: its channel, what it prints, its end and why.

The death of the process is noticed by a descriptor of the process itself, where the platform has
that, because a grandchild may hold the pipes open for ever.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import time
import weakref
from collections.abc import Callable
from typing import Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.channel import Channel, Method, NoAnswer, Notice
from reference_runtime.isolation.death import WorkerDied, describe_status
from reference_runtime.isolation.launch import Launched
from reference_runtime.isolation.output import Output
from reference_runtime.isolation.process import pidfd
from reference_runtime.isolation.sweep import Namespace, end_group, end_marked, own_namespace
from reference_runtime.isolation.warden import forget, guard_processes
from reference_runtime.sandbox.policy import Enforced

CHUNK = 1 << 16
ENDING_SECONDS = 0.5
"""How long a worker that closed its channel may take to end, so that its status is told."""
REAP_SECONDS = 5.0


class HostedWorker:
    """A running worker. ``methods`` and ``notices``: what it may call, see ``Channel``.

    Use ``channel.call`` to ask it; whatever it does wrong ends it, and ``on_death`` is told why.
    """

    def __init__(
        self,
        launched: Launched,
        methods: dict[str, Method] | None = None,
        notices: dict[str, Notice] | None = None,
        on_death: Callable[[WorkerDied], None] | None = None,
    ) -> None:
        self.output = Output()
        self.pid = launched.pid
        self._launched = launched
        self._on_death = on_death or (lambda death: None)
        self._status: int | None = None
        self.namespace: Namespace | None = None
        """Its own mount namespace, where it is known to have one."""
        self._closed = False
        self._burial: asyncio.Task[None] | None = None
        self._pidfd = pidfd(launched.pid)
        os.set_blocking(launched.printed, False)
        self.channel = Channel(
            launched.reads, launched.writes, methods, notices, self._bury, self._move
        )
        self.channel.listen()
        _living.add(self)
        guard_processes(launched.token)

    def note_namespace(self) -> None:
        """Remember its mount namespace, once it is confined and runs nothing of the pack yet."""
        self.namespace = own_namespace(self.pid)

    def enforced(self) -> Enforced | None:
        """What was enforced before its interpreter started; None where it confines itself."""
        return self._launched.enforced()

    @property
    def dead(self) -> WorkerDied | None:
        return self.channel.ended

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the worker belongs to now."""
        return self._loop

    # --- what happens ---------------------------------------------------------------------------

    def _move(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch the worker from this loop."""
        self._loop = loop
        self._burial = None
        self._end_seen = asyncio.Event()
        loop.add_reader(self._launched.printed, self._read_printed)
        if self._pidfd is not None:
            loop.add_reader(self._pidfd, self._process_ended)

    def _read_printed(self) -> None:
        try:
            data = os.read(self._launched.printed, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.output.feed(data)
        else:
            self._loop.remove_reader(self._launched.printed)

    def _process_ended(self) -> None:
        """The process is a zombie: take its last words, then find out how it ended."""
        assert self._pidfd is not None
        self._loop.remove_reader(self._pidfd)
        self._end_seen.set()
        self._take_last_frames()
        self._bury(None)

    def _take_last_frames(self) -> None:
        """Answers that were written before the end count."""
        while self.channel.ended is None and self._burial is None:
            try:
                data = os.read(self._launched.reads, CHUNK)
            except OSError:
                return
            self.channel.feed(data)
            if not data:
                return

    def _bury(self, error: rpc.ProtocolError | None) -> None:
        if self._burial is None and not self._closed:
            self._burial = self._loop.create_task(self._end(error))

    async def _end(self, error: rpc.ProtocolError | None) -> None:
        cause = await self._cause(error)
        self.channel.end(cause, isinstance(error, NoAnswer))
        self.kill()
        assert self.channel.ended is not None
        self._on_death(self.channel.ended)

    async def _cause(self, error: rpc.ProtocolError | None) -> str:
        if isinstance(error, NoAnswer):
            return str(error)
        if error is not None and not isinstance(error, rpc.HalfFrame):
            return f"broke the protocol: {error}"
        status = await self._await_status(ENDING_SECONDS)
        return "closed its end of the channel" if status is None else describe_status(status)

    async def _await_status(self, seconds: float) -> int | None:
        if self._pidfd is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._end_seen.wait(), seconds)
        deadline = time.monotonic() + (0.1 if self._pidfd is not None else seconds)
        while self._reap() is None and time.monotonic() < deadline:
            await asyncio.sleep(0.002)
        return self._status

    def _reap(self) -> int | None:
        if self._status is None:
            self._status = self._launched.status()
        return self._status

    # --- its end --------------------------------------------------------------------------------

    def kill(self) -> None:
        """End the worker and all that it started. Safe to call again, also without the loop."""
        if self._closed:
            return
        self._closed = True
        _living.discard(self)
        if self._status is None:  # else the number may be another's by now
            end_group(self.pid)
        self.channel.end("was ended by its host")
        self._wait_for_end()
        end_marked(self._launched.token, self.namespace)
        forget(self._launched.token)
        self._close()

    def _wait_for_end(self) -> None:
        deadline = time.monotonic() + REAP_SECONDS
        while self._reap() is None and time.monotonic() < deadline:
            time.sleep(0.0005)

    def _close(self) -> None:
        open_loop = None if self._loop.is_closed() else self._loop
        if open_loop is not None:
            open_loop.remove_reader(self._launched.printed)
            if self._pidfd is not None:
                open_loop.remove_reader(self._pidfd)
        with contextlib.suppress(OSError):  # also "would block": nothing is left
            while data := os.read(self._launched.printed, CHUNK):
                self.output.feed(data)
        launched = self._launched
        for fd in (launched.reads, launched.writes, launched.printed, self._pidfd):
            if fd is not None:
                os.close(fd)

    async def __aenter__(self) -> HostedWorker:
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.kill()


_living: weakref.WeakSet[HostedWorker] = weakref.WeakSet()


@atexit.register
def _kill_all() -> None:
    for worker in list(_living):
        worker.kill()
