"""The worker's end of a channel: a node's code may hold the event loop for minutes, or use threads.

So, besides what every channel does: messages can be sent from any thread and from code that blocks
the loop; ``ask`` waits for the host's answer without the loop; ``poll`` takes what has arrived, so
that an interruption reaches a node in the middle of its work. Whatever else arrives then waits for
the loop.
"""

from __future__ import annotations

import asyncio
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.channel import Channel, Method, Notice

# Bound now: a pack that replaces functions of these modules must not reach the channel.
_read, _write, _getpid, _exit, _select = os.read, os.write, os.getpid, os._exit, select.select
CHUNK = 1 << 18
TURN = 0.02
"""Seconds after which a thread that waits looks whether another one has read its answer."""


class HostError(Exception):
    """The host answered with an error."""


class InsideChannel(Channel):
    """``urgent``: notifications that are taken at once, also while a node holds the loop."""

    def __init__(
        self,
        reads: int,
        writes: int,
        methods: dict[str, Method],
        notices: dict[str, Notice],
        urgent: dict[str, Notice],
    ) -> None:
        super().__init__(reads, writes, methods, {**notices, **urgent}, lambda error: _exit(0))
        self._urgent = urgent
        self._pid = _getpid()
        self._asks: dict[int, list[rpc.Message]] = {}
        """Answers to ``ask`` by number, empty until they are there."""
        self._later: deque[rpc.Message] = deque()
        self._sending = threading.RLock()
        self._receiving = threading.RLock()

    def leave_if_forked(self) -> None:
        """End a child that a pack forked and that came back into our code."""
        if _getpid() != self._pid:
            _exit(0)

    # --- synchronous --------------------------------------------------------------------------

    def ask(self, method: str, params: rpc.Message) -> Any:
        """The host's answer; blocks this thread. Raises HostError."""
        self.leave_if_forked()
        with self._sending:
            self._number = number = self._number + 1
            self._asks[number] = []
            self._send(rpc.encode(rpc.request(number, method, params)))
        try:
            while not self._asks[number]:
                self._receive(TURN)
            return rpc.outcome_of(self._asks[number][0])
        except rpc.RemoteError as error:
            raise HostError(str(error)) from None
        finally:
            del self._asks[number]

    def tell(self, method: str, params: rpc.Message) -> None:
        """A notification, from any thread."""
        self.leave_if_forked()
        self._send(rpc.encode(rpc.notification(method, params)))

    def poll(self) -> None:
        """Take what has arrived: urgent notifications now, all else when the loop runs again."""
        self.leave_if_forked()
        self._receive(0)

    def _receive(self, seconds: float) -> None:
        """Read once; the lock is never held while code of a node runs."""
        if not self._receiving.acquire(timeout=max(seconds, 0)):
            return
        try:
            if _select([self._reads], [], [], seconds)[0]:
                self._sort(_read(self._reads, CHUNK))
        except BlockingIOError:
            return
        finally:
            self._receiving.release()
        if self._later and self._loop is not None:
            self._loop.call_soon_threadsafe(self._take_later)

    def _sort(self, data: bytes) -> None:
        if not data:
            _exit(0)
        for line in self._frames.lines(data):
            message = rpc.decode(line)
            if not self._taken(message):
                self._later.append(message)

    def _taken(self, message: rpc.Message) -> bool:
        """Whether the message was one that doesn't wait for the loop."""
        if "method" not in message:
            number = message.get("id")
            if type(number) is int and number in self._asks:
                self._asks[number].append(message)
                return True
        elif message["method"] in self._urgent and "id" not in message:
            self._urgent[message["method"]](message.get("params") or {})
            return True
        return False

    def _take_later(self) -> None:
        while self._later:
            self._take(self._later.popleft())

    # --- as a channel -------------------------------------------------------------------------

    def _readable(self) -> None:
        self.leave_if_forked()
        if not self._receiving.acquire(blocking=False):
            return  # a thread that asks is reading, and hands on what is for the loop
        try:
            self._sort(_read(self._reads, CHUNK))
        except BlockingIOError:
            return
        finally:
            self._receiving.release()
        self._take_later()

    def _answered(self, message: rpc.Message) -> None:
        if not self._taken(message):
            super()._answered(message)

    def _answer(self, answer: rpc.Message) -> None:
        self._send(rpc.with_dead(rpc.encode_answer(answer), self.take_dead))

    def _send(self, frame: bytes) -> None:
        """Write all of it now; meanwhile read, so that two full pipes can't hold each other."""
        with self._sending:
            rest = memoryview(frame)
            while rest:
                try:
                    rest = rest[_write(self._writes, rest) :]
                except BlockingIOError:
                    self._wait_for_room()
                except OSError:
                    _exit(0)

    def _wait_for_room(self) -> None:
        may_read = self._receiving.acquire(blocking=False)
        try:
            reads = [self._reads] if may_read else []
            ready, _, _ = _select(reads, [self._writes], [], None if may_read else TURN)
            if ready:
                self._sort(_read(self._reads, CHUNK))
        except BlockingIOError:
            return
        finally:
            if may_read:
                self._receiving.release()
        if self._later and self._loop is not None:
            self._loop.call_soon_threadsafe(self._take_later)


def run(
    loop: asyncio.AbstractEventLoop,
    begin: Callable[[], InsideChannel],
    early: list[rpc.Message],
) -> None:
    """Serve in the loop until the host closes the channel; never returns.

    ``early``: messages that were read before the channel was there.
    """

    async def forever() -> None:
        channel = begin()
        channel.listen()
        for message in early:
            channel._take(message)
        await asyncio.Event().wait()

    loop.run_until_complete(forever())
    _exit(0)
