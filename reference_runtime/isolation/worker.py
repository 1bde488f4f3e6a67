"""The worker's side: a serial loop over the channel, and the methods the host may call.

Order matters: ``hello`` confines the process before anything of the pack, or of the node API, is
imported; ``prepare`` poses as the host; ``load`` imports the pack; ``describe`` describes one
node; ``finish`` tells the rest.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from reference_runtime.isolation import rpc
from reference_runtime.isolation.lifeline import (
    die_with_parent,
    first_when_memory_ends,
    no_core_files,
)
from reference_runtime.sandbox.applying import Sentinel, confine
from reference_runtime.sandbox.policy import Enforced, SandboxPolicy

if TYPE_CHECKING:
    from reference_runtime.isolation.session import Session

# Bound now: a pack that replaces functions of these modules must not reach the channel.
_read, _write, _getpid, _exit = os.read, os.write, os.getpid, os._exit
CHUNK = 1 << 16


class Worker:
    """Serves one conversation. ``reads`` and ``writes`` are the private ends of the channel.

    ``at_start``: names of the modules that the interpreter itself, or its ``site``, had loaded.
    """

    def __init__(self, reads: int, writes: int, parent: int, at_start: frozenset[str]) -> None:
        die_with_parent(parent)
        no_core_files()
        first_when_memory_ends()
        self._reads, self._writes = reads, writes
        self._at_start = at_start
        self._pid = _getpid()
        self._enforced: Enforced | None = None
        """What the sandbox enforces; None where nothing may run: before ``hello``, or because the
        sandbox can't be enforced here and nobody said to go on without it."""
        self._session: Session | None = None
        self._memory: rpc.Message | None = None
        self._opened = False
        self._methods: dict[str, Callable[[rpc.Message], Any]] = {
            "hello": self.hello,
            "prepare": self.prepare,
            "load": self.load,
            "describe": self.describe,
            "warm_up": self.warm_up,
            "exercise": self.exercise,
            "relate": self.relate,
            "cross": self.cross,
            "probe": self.probe,
            "route_inputs": self.route_inputs,
            "probe_route": self.probe_route,
            "finish": self.finish,
            "share": self.share,
            "open": self.open,
        }
        # A forked child keeps neither end: whatever it does, it has no part in the conversation.
        os.register_at_fork(after_in_child=self._close)

    def serve(self) -> None:
        """Answer requests until the host closes the channel; never returns."""
        frames = rpc.FrameReader()
        while not self._opened:
            data = self._receive()
            if not data:
                _exit(0)
            messages = frames.feed(data)
            while messages and not self._opened:
                self._send(rpc.encode_answer(rpc.answer(self._methods, messages.pop(0))))
        self._serve_open(messages, frames)

    def _serve_open(self, early: list[rpc.Message], frames: rpc.FrameReader) -> None:
        from reference_runtime.isolation.opened import serve

        assert self._session is not None
        ends = self._reads, self._writes
        serve(self._session, self._memory, ends, early, frames, self._options)

    def progress(self, doing: str) -> None:
        """Tell the host what comes next, so that a hang or a death can be put down to it."""
        self._send(rpc.encode(rpc.notification("progress", {"doing": doing})))

    def _receive(self) -> bytes:
        self._leave_if_forked()
        return _read(self._reads, CHUNK)

    def _send(self, frame: bytes) -> None:
        self._leave_if_forked()
        view = memoryview(frame)
        while view:
            view = view[_write(self._writes, view) :]

    def _leave_if_forked(self) -> None:
        """End a child that a pack forked and that came back from the import into this loop."""
        if _getpid() != self._pid:
            _exit(0)

    def _close(self) -> None:
        for fd in (self._reads, self._writes):
            try:
                os.close(fd)
            except OSError:
                continue

    # --- methods --------------------------------------------------------------------------------

    def hello(self, params: rpc.Message) -> rpc.Message:
        """Confine this process; params: ``protocol``, ``policy``, ``sentinel``, ``keep``, ``abi``
        (see ``applying.confine``), ``enforced``: what whoever started this process has done of it,
        ``observe``: go on where the sandbox can't be enforced.
        """
        if params["protocol"] != rpc.PROTOCOL:
            raise ValueError(f"protocol {params['protocol']!r}; this worker speaks {rpc.PROTOCOL}")
        enforced = self._confined(params)
        if enforced.holds or params["observe"]:
            self._enforced = enforced  # else nothing of the pack is run, whatever is asked
        return {
            "protocol": rpc.PROTOCOL,
            "pid": self._pid,
            "python": ".".join(map(str, sys.version_info[:3])),
            "limits": {"max_frame": rpc.MAX_FRAME},
            "sandbox": enforced.to_wire(),
            "modules": foreign_modules(self._at_start),
        }

    def _confined(self, params: rpc.Message) -> Enforced:
        if params["enforced"] is not None:
            return Enforced.from_wire(params["enforced"])
        policy = SandboxPolicy.from_wire(params["policy"])
        keep = {self._reads, self._writes, *params["keep"]}
        return confine(policy, Sentinel(**params["sentinel"]), keep, params["abi"])

    def prepare(self, params: rpc.Message) -> rpc.Message:
        """Get everything ready that is not the pack; params: see ``session.Session``."""
        from reference_runtime.isolation.session import Session

        if self._enforced is None:
            raise ValueError("nothing runs unconfined")
        refused = self._enforced.files == "enforced"
        self._session = Session(params, refused, self.progress, blocks=not refused)
        return {}

    def load(self, params: rpc.Message) -> rpc.Message:
        """Import the pack."""
        assert self._session is not None
        return self._session.load()

    def describe(self, params: rpc.Message) -> rpc.Message:
        """Describe the candidate with the number ``index``."""
        assert self._session is not None
        return self._session.describe(params["index"])

    def exercise(self, params: rpc.Message) -> rpc.Message:
        """Run a node on one input; params: see ``exercise.serving.Exercise.run``."""
        assert self._session is not None
        return self._session.exercise(params)

    def warm_up(self, params: rpc.Message) -> rpc.Message:
        """Get ready to run nodes."""
        assert self._session is not None
        return self._session.warm_up()

    def relate(self, params: rpc.Message) -> rpc.Message:
        """Run it again in some other way; params: see ``exercise.serving.Exercise.relate``."""
        assert self._session is not None
        return self._session.relate(params)

    def cross(self, params: rpc.Message) -> rpc.Message:
        """Try what isolation makes of a node; params: see ``exercise.serving.Exercise.cross``."""
        assert self._session is not None
        return self._session.cross(params)

    def probe(self, params: rpc.Message) -> rpc.Message:
        """Try ways out of a node; params: see ``escapes.serving.Probing.probe``."""
        assert self._session is not None
        return self._session.probe(params)

    def route_inputs(self, params: rpc.Message) -> rpc.Message:
        """What the handler of the route with the number ``number`` asks for."""
        assert self._session is not None
        return self._session.route_inputs(params)

    def probe_route(self, params: rpc.Message) -> rpc.Message:
        """Try ways out of a route; params: see ``escapes.route_serving.RouteProbing.probe``."""
        assert self._session is not None
        return self._session.probe_route(params)

    def share(self, params: rpc.Message) -> rpc.Message:
        """Use shared memory; params: those of ``exchange.worker_side``."""
        self._memory = params
        for fd in (params["host"], params["worker"]):
            os.set_inheritable(fd, False)
        return {}

    def open(self, params: rpc.Message) -> rpc.Message:
        """From the next message on, serve the loaded pack in an event loop; see ``opened``.

        ``params``: the ``options`` there.
        """
        if self._session is None or not hasattr(self._session, "loaded"):
            raise ValueError("open comes after load")
        self._opened, self._options = True, params
        return {}

    def finish(self, params: rpc.Message) -> rpc.Message:
        """What is only known at the end."""
        assert self._session is not None
        return self._session.finish()


def foreign_modules(at_start: frozenset[str]) -> list[str]:
    """Top-level modules that were loaded since and are not of the standard library."""
    standard = sys.stdlib_module_names | {"__main__"} | at_start
    return sorted(
        name
        for name, module in list(sys.modules.items())
        if "." not in name
        and name not in standard
        and isinstance(module, ModuleType)
        and getattr(module, "__file__", None)
    )
