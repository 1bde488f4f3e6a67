"""A pack in this very process, for a debugger: the one exception to "never imported here".

Only for who asks for it in so many words. Nothing confines the pack, nothing bounds its time or its
memory, and when it ends its process it ends this one. In return ``breakpoint()`` stops in its code.

A process can hold one such pack: the host's modules that it imports exist once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.output import Output
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.sandbox.policy import Enforced, Layer

if TYPE_CHECKING:
    from reference_runtime.isolation.session import Session

UNCONFINED = Enforced(
    layers=(Layer("none", (), "not isolated: the pack runs in this process, with all its rights"),)
)


class AnotherPack(RuntimeError):
    """This process holds another pack already."""


class InProcess:
    """Looks like a ``WorkerProcess``, and does what it is asked itself, when it is asked.

    All of one process are the same pack, loaded once: ``load`` answers as the first time.
    """

    pid, ended = os.getpid(), False

    def __init__(self, on_progress: Callable[[str], None]) -> None:
        self.output = Output()
        self.doing = ""
        self._on_progress = on_progress
        self._requests: dict[int, rpc.Message] = {}

    def call(self, method: str, params: rpc.Message, timeout: float, name: str) -> Any:
        """The result; ``timeout`` is not enforced. Raises rpc.RemoteError."""
        return self.answer(self.ask(method, params), timeout, name)

    def ask(self, method: str, params: rpc.Message) -> int:
        """Note a request; it is done when its answer is asked for."""
        number = len(self._requests) + 1
        self._requests[number] = rpc.request(number, method, params)
        return number

    def answer(self, number: int, timeout: float, name: str) -> Any:
        self.doing = name
        request = self._requests[number]
        self._requests[number] = {}
        resident = _resident(self._on_progress)
        with resident.posing():
            frame = rpc.encode_answer(rpc.answer(resident.methods(), request))
        return rpc.result_of(rpc.decode(resident.rewritten(frame).rstrip(b"\n")), number)

    def note_namespace(self) -> None:
        """It has none of its own."""

    def kill(self) -> None:
        """Nothing ends: what was imported stays."""


class _Resident:
    """The pack that lives here. Its folder is removed when the process ends."""

    def __init__(self) -> None:
        self.on_progress: Callable[[str], None] = lambda doing: None
        self._scratch = Scratch()
        self._session: Session | None = None
        self._prepared: rpc.Message = {}
        self._loaded: rpc.Message | None = None
        self._pose: tuple[Any, list[str], str] | None = None

    def methods(self) -> dict[str, rpc.Method]:
        table: dict[str, rpc.Method] = {
            "hello": self.hello, "prepare": self.prepare, "load": self.load,
        }  # fmt: skip
        session = self._session
        if session is not None:
            table["describe"] = lambda params: session.describe(params["index"])
            table["warm_up"] = lambda params: session.warm_up()
            table["exercise"] = session.exercise
            table["relate"] = session.relate
            table["finish"] = lambda params: session.finish()
        return table

    def hello(self, params: rpc.Message) -> rpc.Message:
        return {"protocol": rpc.PROTOCOL, "sandbox": UNCONFINED.to_wire()}

    def prepare(self, params: rpc.Message) -> rpc.Message:
        """As in a worker, but in a folder of ours, that outlives what asked. Raises AnotherPack."""
        from reference_runtime.isolation.session import Session

        own = {"host": str(self._scratch.host), "work": str(self._scratch.work)}
        wanted = {**params, **own, "web": None}
        if self._session is None:
            self._session = Session({**params, **own}, False, self._tell)
            self._session.observer.audit.refuses = False
            self._prepared = wanted
        elif wanted != self._prepared:
            raise AnotherPack(f"{self._prepared['path']} lives in this process already")
        return {}

    def load(self, params: rpc.Message) -> rpc.Message:
        assert self._session is not None
        if self._loaded is None:
            self._loaded = self._session.load()
        return self._loaded

    def _tell(self, doing: str) -> None:
        self.on_progress(doing)

    @contextmanager
    def posing(self) -> Iterator[None]:
        """Be the host for a while: main module, arguments and folder are those of a host."""
        mine = sys.modules["__main__"], sys.argv[:], os.getcwd()
        if self._pose is not None:
            _be(*self._pose)
        else:
            os.chdir(self._scratch.host)
        try:
            yield
        finally:
            self._pose = sys.modules["__main__"], sys.argv[:], _cwd(self._scratch.host)
            _be(*mine)

    def rewritten(self, frame: bytes) -> bytes:
        """Folders that differ from run to run have names of their own in answers."""
        for folder, name in ((self._scratch.host, b"<host>"), (self._scratch.work, b"<scratch>")):
            frame = frame.replace(str(folder).encode(), name)
        return frame


def _be(main: Any, arguments: list[str], folder: str) -> None:
    sys.modules["__main__"] = main
    sys.argv[:] = arguments
    os.chdir(folder)


def _cwd(otherwise: Path) -> str:
    try:
        return os.getcwd()
    except OSError:
        return str(otherwise)


_ONE: list[_Resident] = []


def _resident(on_progress: Callable[[str], None]) -> _Resident:
    if not _ONE:
        _ONE.append(_Resident())
    _ONE[0].on_progress = on_progress
    return _ONE[0]
