"""A worker as its parent sees it: started, asked, timed, killed, and its death explained.

The parent owns every deadline. One thread per worker reads both pipes and watches for the end of
the process; whoever asks waits on a queue.
"""

from __future__ import annotations

import compileall
import contextlib
import errno
import functools
import os
import queue
import secrets
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

from reference_runtime.isolation import rpc
from reference_runtime.isolation.deadline import Deadline
from reference_runtime.isolation.death import WorkerDied as WorkerDied
from reference_runtime.isolation.death import describe_status as describe_status
from reference_runtime.isolation.output import Output
from reference_runtime.isolation.scratch import worker_environment
from reference_runtime.isolation.sweep import Namespace, end_group, end_marked, own_namespace
from reference_runtime.sandbox.launching import Confinement, Status
from reference_runtime.sandbox.policy import Enforced

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
CHUNK = 1 << 16
READS_PER_TURN = 16
REAP_SECONDS = 5.0

Event = rpc.Message | rpc.ProtocolError | None
"""A message, how the worker broke the protocol, or None: the process ended."""


@functools.lru_cache(maxsize=1)
def compile_package() -> None:
    """Let workers find compiled modules of ours; they never write any themselves.

    Halves the start of a worker where no installer has compiled the package. Does nothing where
    this interpreter is told not to write bytecode, or can't.
    """
    if not sys.dont_write_bytecode:
        compileall.compile_dir(BOOTSTRAP.parents[1], quiet=2)


class Child(Protocol):
    """A process as ``subprocess`` shows it, as far as it is looked at here."""

    pid: int
    returncode: int | None

    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...


@dataclass(frozen=True)
class Begun:
    """A process that was started for a worker. ``token`` marks it and all that it starts."""

    process: Child
    token: str
    status: Status | None = None


class WorkerProcess:
    """One worker process; a context manager that leaves nothing of it behind.

    ``work`` is its writable folder, ``rewrite`` is applied to each of its frames before decoding,
    and ``on_progress`` gets what it says it is doing. ``confinement``: confine it before its
    interpreter starts; else it is told to confine itself. ``begun``: its process, where that was
    started elsewhere. Raises OSError when ``python`` can't be started.
    """

    def __init__(
        self,
        python: str,
        work: Path,
        *,
        rewrite: Callable[[bytes], bytes] | None = None,
        on_progress: Callable[[str], None] | None = None,
        hash_seed: int = 0,
        confinement: Confinement | None = None,
        begun: Begun | None = None,
    ) -> None:
        self.output = Output()
        self.doing = ""
        self.namespace: Namespace | None = None
        """Its own mount namespace, where it is known to have one."""
        self._on_progress = on_progress or (lambda text: None)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._number = 0
        compile_package()
        self.python, self.hash_seed = python, hash_seed
        self._frames = rpc.FrameReader(rewrite)
        self._wrapped = confinement is not None and confinement.wrap
        begun = begun or _begun(python, work, hash_seed, confinement)
        self._process, self._token, self._status = begun.process, begun.token, begun.status
        self._pump = _Pump(self._process, self._frames, self.output, self._events)
        self._pump.start()

    def attend(self, rewrite: Callable[[bytes], bytes], on_progress: Callable[[str], None]) -> None:
        """Put these in place of those it was made with; before anything is asked."""
        self._frames.rewrite, self._on_progress = rewrite, on_progress

    @property
    def pid(self) -> int:
        return self._process.pid

    def note_namespace(self) -> None:
        """Remember its mount namespace, once it is confined and runs nothing of the pack yet."""
        self.namespace = own_namespace(self._process.pid)

    def enforced(self) -> Enforced | None:
        """What was enforced before its interpreter started; None where it confines itself."""
        status, self._status = self._status, None
        return status.read(self._wrapped) if status is not None else None

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    def call(self, method: str, params: rpc.Message, timeout: float, name: str) -> Any:
        """Send a request and return its result; ``name`` is how errors call the request.

        Raises WorkerDied (the worker is killed then) and rpc.RemoteError.
        """
        return self.answer(self.ask(method, params), timeout, name)

    def ask(self, method: str, params: rpc.Message) -> int:
        """Send a request and return its number. The worker answers requests in their order."""
        self._number += 1
        frame = rpc.encode(rpc.request(self._number, method, params))
        # A worker that is gone is noticed, and explained, while waiting for its answer.
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.write(frame)
        return self._number

    def answer(self, number: int, timeout: float, name: str) -> Any:
        """The result of the oldest unanswered request, within ``timeout`` seconds from now.

        Time in which other programs kept the worker from running does not count.
        Raises WorkerDied (the worker is killed then) and rpc.RemoteError.
        """
        self.doing = name
        deadline = Deadline(timeout, self.pid)
        try:
            return self._await_answer(number, deadline, timeout)
        except rpc.ProtocolError as error:
            raise self._death(f"broke the protocol: {error}") from None

    def _await_answer(self, number: int, deadline: Deadline, timeout: float) -> Any:
        while True:
            try:
                event = self._events.get(timeout=deadline.left)
            except queue.Empty:
                if deadline.moves():
                    continue
                raise self._death(f"no answer within {timeout:g} s", hung=True) from None
            if event is None:
                raise self._death(self._ending())
            if isinstance(event, rpc.HalfFrame):
                raise self._death(self._ending(grace=0.5))
            if isinstance(event, rpc.ProtocolError):
                raise event
            if not rpc.is_notification(event):
                return rpc.result_of(event, number)
            self._note(event)

    def _note(self, message: rpc.Message) -> None:
        doing = message["params"].get("doing")
        if message["method"] != "progress" or not isinstance(doing, str):
            raise rpc.GarbageFrame(f"unknown notification {message['method']!r}")
        self.doing = doing
        self._on_progress(doing)

    def _ending(self, grace: float = REAP_SECONDS) -> str:
        """How the process ended by itself, waiting ``grace`` seconds for it."""
        try:
            return describe_status(self._process.wait(grace), self._wrapped)
        except subprocess.TimeoutExpired:
            return "closed its end of the channel"

    def _death(self, cause: str, hung: bool = False) -> WorkerDied:
        self.kill()
        return WorkerDied(cause, self.doing, hung)

    def kill(self) -> None:
        """End the worker and all it started; reads what it had printed. Safe to call again."""
        if self._process.returncode is None:  # else the number may be another's by now
            end_group(self._process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(REAP_SECONDS)
        namespace, self.namespace = self.namespace, None
        end_marked(self._token, namespace)
        if self._status is not None:
            self._status.close()
            self._status = None
        self._pump.stop()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


def _begun(python: str, work: Path, hash_seed: int, confinement: Confinement | None) -> Begun:
    token = secrets.token_hex(16)
    environment = worker_environment(work, token, hash_seed)
    process, status = begin(python, work, environment, confinement)
    return Begun(process, token, status)


def begin(
    python: str,
    work: Path,
    environment: dict[str, str],
    confinement: Confinement | None,
    inherited: tuple[int, ...] = (),
) -> tuple[subprocess.Popen[bytes], Status | None]:
    """Start a worker's process, confined before its interpreter starts where that is wanted.

    Raises OSError when ``python`` can't be started.
    """
    command = [python, "-B", "-s", "-u", str(BOOTSTRAP), parent_number(confinement)]
    status = None
    if confinement is not None:
        refuse_missing(python)
        status = Status()
        command = confinement.command(command, status.writes)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=work / "host",
            env=environment,
            start_new_session=True,
            pass_fds=(*inherited, *([status.writes] if status else [])),
        )
    finally:
        if status is not None:
            status.started()
    return process, status


def refuse_missing(python: str) -> None:
    """Raise OSError for an interpreter that isn't there: what confines it could only exit."""
    if not os.access(python, os.X_OK):
        code = errno.EACCES if os.path.exists(python) else errno.ENOENT
        raise OSError(code, os.strerror(code), python)


def parent_number(confinement: Confinement | None) -> str:
    """What a worker is told to look for as its parent's number; in namespaces it can't see it."""
    return "0" if confinement is not None and confinement.wrap else str(os.getpid())


class _Pump(threading.Thread):
    """Reads a worker's two pipes and notices its end, until told to stop.

    The end of the process counts, not the end of a pipe: what the pack started may keep pipes open.
    """

    def __init__(
        self,
        process: Child,
        frames: rpc.FrameReader,
        output: Output,
        events: queue.SimpleQueue[Event],
    ) -> None:
        super().__init__(name="studio-worker-pipes", daemon=True)
        assert process.stdout is not None
        assert process.stderr is not None
        self._process, self._frames = process, frames
        self._output, self._events = output, events
        self._channel, self._printed = process.stdout.fileno(), process.stderr.fileno()
        self._pidfd = pidfd(process.pid)
        self._stop_reads, self._stop_writes = os.pipe()
        self._selector = selectors.DefaultSelector()
        for fd in (self._channel, self._printed):
            os.set_blocking(fd, False)
        for fd in (self._channel, self._printed, self._stop_reads):
            self._selector.register(fd, selectors.EVENT_READ)
        if self._pidfd is not None:
            self._selector.register(self._pidfd, selectors.EVENT_READ)

    def run(self) -> None:
        running = True
        # Without a descriptor for the process its end is looked for every so often.
        interval = None if self._pidfd is not None else 0.02
        while running:
            ready = {key.fd for key, _ in self._selector.select(interval)}
            running = self._stop_reads not in ready
            ended = self._pidfd in ready if interval is None else self._process.poll() is not None
            self._read(self._channel, self._frame)
            self._read(self._printed, self._output.feed)
            if ended:
                self._end()
                interval = None

    def stop(self) -> None:
        """Read what is left in the pipes and end the thread."""
        if not self.is_alive():
            return
        os.write(self._stop_writes, b"x")
        self.join()
        self._selector.close()
        for fd in (self._stop_reads, self._stop_writes, self._pidfd):
            if fd is not None:
                os.close(fd)

    def _end(self) -> None:
        if self._pidfd in self._selector.get_map():
            self._selector.unregister(self._pidfd)  # type: ignore[arg-type]
        self._events.put(None)

    def _read(self, fd: int, take: Callable[[bytes], None]) -> None:
        """Give everything that ``fd`` holds now to ``take``."""
        for _ in range(READS_PER_TURN):  # a flood on one pipe must not starve the other
            if fd not in self._selector.get_map():
                return
            try:
                data = os.read(fd, CHUNK)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._selector.unregister(fd)
                if fd == self._channel:
                    self._channel_closed()
                return
            take(data)

    def _frame(self, data: bytes) -> None:
        try:
            for message in self._frames.feed(data):
                self._events.put(message)
        except rpc.ProtocolError as error:
            self._selector.unregister(self._channel)
            self._events.put(error)

    def _channel_closed(self) -> None:
        try:
            self._frames.end()
        except rpc.HalfFrame as error:
            self._events.put(error)
        else:
            self._events.put(rpc.HalfFrame("the channel was closed"))


def pidfd(pid: int) -> int | None:
    """A descriptor of the process, readable when it ends; None where the platform has none."""
    opener: Any = getattr(os, "pidfd_open", None)
    try:
        return int(opener(pid)) if opener else None
    except OSError:
        return None
