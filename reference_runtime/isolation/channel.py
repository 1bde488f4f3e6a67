"""A conversation in both directions at once: JSON-RPC 2.0 lines between two event loops.

Both sides use it. Each side asks (``call``), tells (``notify``) and serves a fixed table of
methods; any number of requests is under way in each direction, and answers come in any order. The
channel never blocks its loop: what the peer doesn't read is kept up to a bound, then callers wait.

A peer that breaks the protocol ends the conversation. Whatever is pending then, and whatever is
asked later, fails with ``WorkerDied``.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections import deque
from collections.abc import Callable
from typing import Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.death import WorkerDied

CHUNK = 1 << 18
HIGH_WATER = 4 << 20
"""Bytes waiting to be read by the peer from which on callers wait."""
MAX_SERVING = 1000
"""Requests of the peer under way; while there are more, nothing is read from it."""
CANCEL = "$/cancel"
"""Notification: the request with this ``id`` is no longer wanted. It is still answered."""

Method = Callable[[rpc.Message], Any]
"""Serves a request; may return an awaitable."""
Notice = Callable[[rpc.Message], None]

# Bound now: a pack that replaces functions of these modules must not reach the channel.
_read, _write = os.read, os.write


class NoAnswer(rpc.ProtocolError):
    """The peer didn't answer in time."""


class CallTimeout(Exception):
    """A call took too long and was cancelled; the peer is well."""


class Channel:
    """One end of a conversation over two descriptors, which it doesn't own.

    ``methods`` and ``notices`` are all that the peer can reach. ``on_broken`` is called once, with
    the peer's offence or with None when it closed its end, and has to call ``end``. It belongs to
    the event loop that it is used in first; when that one has closed, to the next, which
    ``on_loop`` is told.
    """

    def __init__(
        self,
        reads: int,
        writes: int,
        methods: dict[str, Method] | None = None,
        notices: dict[str, Notice] | None = None,
        on_broken: Callable[[rpc.ProtocolError | None], None] | None = None,
        on_loop: Callable[[asyncio.AbstractEventLoop], None] | None = None,
    ) -> None:
        self._reads, self._writes = reads, writes
        self._methods = methods or {}
        self._notices: dict[str, Notice] = {CANCEL: self._cancel, **(notices or {})}
        self._on_broken = on_broken or self._end_broken
        self._on_loop = on_loop or (lambda loop: None)
        self.take_dead: Callable[[], list[int]] = list
        """Blocks whose views have died, which the peer is told along with a request."""
        self.on_dead: Callable[[list[int]], None] = lambda blocks: None
        """The peer has told of such."""
        self._frames = rpc.FrameReader()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._number = 0
        self._pending: dict[int, tuple[str, asyncio.Future[Any]]] = {}
        self._abandoned: set[int] = set()
        """Requests whose callers have gone; their answers are awaited and dropped."""
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._waiting: deque[memoryview] = deque()
        self._waiting_bytes = 0
        self._drained: list[asyncio.Future[None]] = []
        self._reading = False
        self._broken = False
        self._ended: WorkerDied | None = None
        for fd in (reads, writes):
            os.set_blocking(fd, False)

    # --- asking ---------------------------------------------------------------------------------

    @property
    def ended(self) -> WorkerDied | None:
        return self._ended

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that it is used in now."""
        assert self._loop is not None
        return self._loop

    @property
    def pending(self) -> int:
        """How many answers callers wait for."""
        return len(self._pending)

    async def call(
        self, method: str, params: rpc.Message, timeout: float | None = None, grace: float = 0.0
    ) -> Any:
        """The peer's answer.

        After ``timeout`` seconds the request is cancelled; a peer that then doesn't answer within
        ``grace`` seconds either has broken the protocol. Raises rpc.RemoteError (the method
        raised), CallTimeout (it was cancelled in time), WorkerDied (the peer is gone) and
        rpc.OversizeFrame, ValueError, TypeError for params that can't be sent.
        """
        loop = self._use()
        number, future = self._request(method, params, loop)
        timer = None
        if timeout is not None:
            timer = loop.call_later(timeout, self._late, number, timeout, grace)
        try:
            if self._waiting_bytes > HIGH_WATER:
                await self._room()
            return await future
        except asyncio.CancelledError:
            self._abandon(number)
            raise
        finally:
            if timer is not None:
                timer.cancel()
            self._pending.pop(number, None)

    def notify(self, method: str, params: rpc.Message) -> None:
        """Tell the peer something; nothing happens when it is gone."""
        if self._ended is None and not self._broken:
            self._use()
            self._send(rpc.encode(rpc.notification(method, params)))

    def _request(
        self, method: str, params: rpc.Message, loop: asyncio.AbstractEventLoop
    ) -> tuple[int, asyncio.Future[Any]]:
        if self._ended is not None:
            raise WorkerDied(self._ended.cause, method)
        self._number = number = self._number + 1
        frame = rpc.with_dead(rpc.encode(rpc.request(number, method, params)), self.take_dead)
        future: asyncio.Future[Any] = loop.create_future()
        self._pending[number] = (method, future)
        self._send(frame)
        return number, future

    async def _room(self) -> None:
        """Wait until the peer has read most of what it was sent."""
        assert self._loop is not None
        room = self._loop.create_future()
        self._drained.append(room)
        await room

    def _abandon(self, number: int) -> None:
        if number in self._pending and self._ended is None:
            self._abandoned.add(number)
            self.notify(CANCEL, {"id": number})

    def _late(self, number: int, timeout: float, grace: float) -> None:
        """The deadline of a request has passed."""
        if number not in self._pending:
            return
        method, future = self._pending[number]
        if grace <= 0:
            self._break(NoAnswer(f"no answer to {method} within {timeout:g} s"))
            return
        self._abandon(number)
        del self._pending[number]
        future.set_exception(CallTimeout(f"{method} took more than {timeout:g} s"))
        assert self._loop is not None
        self._loop.call_later(grace, self._too_late, number, method, timeout + grace)

    def _too_late(self, number: int, method: str, seconds: float) -> None:
        if number in self._abandoned:
            text = f"no answer to {method} within {seconds:g} s, although it was cancelled"
            self._break(NoAnswer(text))

    # --- writing --------------------------------------------------------------------------------

    def _send(self, frame: bytes) -> None:
        """Write the frame, or keep what the pipe doesn't take now."""
        if self._waiting:
            self._keep(memoryview(frame))
            return
        try:
            written = _write(self._writes, frame)
        except BlockingIOError:
            written = 0
        except OSError:
            return  # the peer's end is noticed, and explained, while reading
        if written < len(frame):
            self._keep(memoryview(frame)[written:])
            assert self._loop is not None
            self._loop.add_writer(self._writes, self._flush)

    def _keep(self, rest: memoryview) -> None:
        self._waiting.append(rest)
        self._waiting_bytes += len(rest)

    def _flush(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            try:
                written = _write(self._writes, first)
            except BlockingIOError:
                return
            except OSError:
                self._drop_waiting()
                break
            self._waiting_bytes -= written
            if written < len(first):
                self._waiting[0] = first[written:]
                return
            self._waiting.popleft()
        assert self._loop is not None
        self._loop.remove_writer(self._writes)
        self._wake()

    def _drop_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    def _wake(self) -> None:
        for room in self._drained:
            if not room.done():
                room.set_result(None)
        self._drained.clear()
        self._resume()

    # --- reading --------------------------------------------------------------------------------

    def _use(self) -> asyncio.AbstractEventLoop:
        """The running loop, which from now on reads; RuntimeError when another one does."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            if self._loop is not None and not self._loop.is_closed():
                raise RuntimeError("the channel is used by another event loop, which is open")
            self._loop, self._reading = loop, False
            self._on_loop(loop)
            self._resume()
            if self._waiting:
                loop.add_writer(self._writes, self._flush)
        return loop

    def listen(self) -> None:
        """Begin to read, in the running loop, without asking anything."""
        self._use()

    def continue_with(self, frames: rpc.FrameReader) -> None:
        """Read on where another reader of the same stream has stopped."""
        self._frames = frames

    def _resume(self) -> None:
        stop = self._broken or self._ended is not None or self._overloaded()
        if not stop and not self._reading and self._loop is not None:
            self._reading = True
            self._loop.add_reader(self._reads, self._readable)

    def _pause(self) -> None:
        if self._reading and self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._reads)
        self._reading = False

    def _overloaded(self) -> bool:
        """Whether the peer asks more than it takes answers."""
        return len(self._serving) >= MAX_SERVING or self._waiting_bytes > 2 * HIGH_WATER

    def _readable(self) -> None:
        try:
            data = _read(self._reads, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.feed(data)

    def feed(self, data: bytes) -> None:
        """Take what was read; b"" for the end of the stream."""
        try:
            if not data:
                self._pause()
                self._frames.end()
                self._break(None)
                return
            for line in self._frames.lines(data):
                self._take(rpc.decode(line))
                if self._broken:
                    return
        except rpc.ProtocolError as error:
            self._break(error)
            return
        if self._overloaded():
            self._pause()

    def _take(self, message: rpc.Message) -> None:
        if "method" not in message:
            self._answered(message)
            if "dead" in message:  # then, because the answer may refer to those
                self.on_dead(rpc.dead_in(message))
        elif "id" in message:
            if "dead" in message:
                self.on_dead(rpc.dead_in(message))
            self._serve(message)
        else:
            self._noticed(message)

    def _answered(self, message: rpc.Message) -> None:
        number = message.get("id")
        if type(number) is not int:
            raise rpc.WrongId(f"an answer with id {number!r}")
        if number in self._abandoned:
            self._abandoned.discard(number)
            return
        if number not in self._pending:
            raise rpc.WrongId(f"an answer with id {number}, which is not pending")
        _, future = self._pending[number]
        if not future.done():  # else cancelled just now
            _settle(future, message)
        del self._pending[number]

    def _noticed(self, message: rpc.Message) -> None:
        name, params = message["method"], message.get("params")
        if not isinstance(name, str) or not isinstance(params, dict):
            raise rpc.GarbageFrame("a malformed notification")
        if name not in self._notices:
            raise rpc.GarbageFrame(f"unknown notification {name[:100]!r}")
        self._notices[name](params)

    # --- serving --------------------------------------------------------------------------------

    def _serve(self, message: rpc.Message) -> None:
        number, name, params = message["id"], message["method"], message.get("params")
        if type(number) is not int or not isinstance(name, str) or number in self._serving:
            raise rpc.GarbageFrame("a request needs an integer id of its own and a method")
        if name not in self._methods:
            self._answer(rpc.failure(number, rpc.NO_SUCH_METHOD, f"no method {name[:100]!r}"))
            return
        if not isinstance(params, dict):
            self._answer(rpc.failure(number, rpc.INVALID_PARAMS, "params must be an object"))
            return
        try:
            result = self._methods[name](params)
        except Exception as error:
            self._answer(rpc.raised(number, error))
            return
        if type(result) is not dict and inspect.isawaitable(result):  # it is slow
            task = asyncio.ensure_future(self._serve_later(number, result))
            self._serving[number] = task
        else:
            self._answer(rpc.success(number, result))

    async def _serve_later(self, number: int, result: Any) -> None:
        try:
            answer = rpc.success(number, await result)
        except asyncio.CancelledError:
            answer = rpc.failure(number, rpc.CANCELLED, "cancelled")
        except Exception as error:
            answer = rpc.raised(number, error)
        self._serving.pop(number, None)
        if self._ended is None:
            self._answer(answer)
            self._resume()

    def _answer(self, answer: rpc.Message) -> None:
        self._send(rpc.encode_answer(answer))

    def _cancel(self, params: rpc.Message) -> None:
        task = self._serving.get(params.get("id", 0))
        if task is not None:
            task.cancel()

    # --- the end --------------------------------------------------------------------------------

    def _break(self, error: rpc.ProtocolError | None) -> None:
        """The conversation can't go on; ``on_broken`` finds out why and calls ``end``."""
        if self._broken or self._ended is not None:
            return
        self._broken = True
        self._pause()
        self._on_broken(error)

    def _end_broken(self, error: rpc.ProtocolError | None) -> None:
        if error is None or isinstance(error, rpc.HalfFrame):
            self.end("closed its end of the channel")
        elif isinstance(error, NoAnswer):
            self.end(str(error), hung=True)
        else:
            self.end(f"broke the protocol: {error}")

    def end(self, cause: str, hung: bool = False) -> None:
        """Fail everything that is pending, and every later call, with WorkerDied(cause)."""
        if self._ended is not None:
            return
        self._ended = WorkerDied(cause, "", hung)
        self._broken = True
        if self._loop is not None and not self._loop.is_closed():
            self._pause()
            self._loop.remove_writer(self._writes)
            self._fail_all(cause, hung)
        self._drop_waiting()

    def _fail_all(self, cause: str, hung: bool) -> None:
        for method, future in list(self._pending.values()):
            if not future.done():
                future.set_exception(WorkerDied(cause, method, hung))
        for task in list(self._serving.values()):
            task.cancel()
        self._abandoned.clear()
        for room in self._drained:
            if not room.done():
                room.set_result(None)
        self._drained.clear()


def _settle(future: asyncio.Future[Any], answer: rpc.Message) -> None:
    """Give the outcome to who waits for it. Raises GarbageFrame for what is no answer."""
    try:
        future.set_result(rpc.outcome_of(answer))
    except rpc.RemoteError as error:
        future.set_exception(error)
