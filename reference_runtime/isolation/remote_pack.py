"""One pack in a confined worker of its own, for as long as it is wanted: started, asked, replaced.

A worker that ends fails what it was asked with ``WorkerDied``; the next question starts a fresh
one, unless the pack's workers keep ending. Handles on values of the old one are stale.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_runtime.description import NodeDescription
from reference_runtime.host.core_nodes import core_node_ids
from reference_runtime.isolation import rpc
from reference_runtime.isolation.channel import Method, Notice
from reference_runtime.isolation.confining import (
    DEFAULT,
    Sandbox,
    confinement,
    hello,
    worker_policy,
)
from reference_runtime.isolation.copying import TooBig, copy_pack
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.exchange import (
    Exchange,
    Shared,
    default_size,
    host_side,
    share,
)
from reference_runtime.isolation.forking import start_worker
from reference_runtime.isolation.handles import Handle, Holder
from reference_runtime.isolation.hosted import HostedWorker
from reference_runtime.isolation.memory import Access, NoSharedMemory
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.isolation.tensors import TensorExtra
from reference_runtime.isolation.values import BadValue, decode, encode
from reference_runtime.isolation.warden import forget, guard_folder
from reference_runtime.levels import Mode
from reference_runtime.loading.registration import settle
from reference_runtime.sandbox.launching import Confinement
from reference_runtime.sandbox.policy import NOTHING, Enforced, SandboxPolicy

START_SECONDS = 30.0
MAX_DEATHS, DEATHS_WITHIN = 5, 60.0
"""A pack whose workers ended so often within so many seconds is given up until they have passed."""


@dataclass(frozen=True)
class PackOrder:
    """Which pack to load and how. ``path`` is absolute.

    ``host``: a folder that poses as the host's (default: an empty one); ``writable``: folders that
    the pack may write to besides its scratch folder; ``load_seconds`` bounds the import; ``access``
    to values of other packs: "private" lets nodes change them for themselves, "read" ends a worker
    whose node does; ``preloaded``: fork the worker from a process that has imported torch.
    """

    path: Path
    level: str
    mode: Mode = "faithful"
    python: str = sys.executable
    host: Path | None = None
    writable: tuple[Path, ...] = ()
    load_seconds: float = 120.0
    access: Access = "private"
    preloaded: bool = True
    core: bool = False
    """Whether its nodes may have the names of the host's own."""
    folders: dict[str, Any] = field(default_factory=dict)
    """For the host's ``folder_paths``; see ``opened.use_folders``."""
    nodes: bool = True
    """Serve its nodes, and not only values."""
    memory: int = field(default_factory=default_size)
    """Bytes of shared memory in each direction, at most."""
    sandbox: Sandbox = DEFAULT


class SandboxRefused(WorkerDied):
    """The sandbox can't be enforced here, so nothing of the pack was run."""

    def __init__(self, line: str) -> None:
        super().__init__(line, "start")


class RemotePack:
    """A pack in its worker. ``loaded`` is what its ``load`` gave, ``nodes`` its descriptions.

    ``methods`` and ``notices``: what the worker may call; ``on_death`` is told why one ended.
    """

    def __init__(
        self,
        order: PackOrder,
        methods: dict[str, Method] | None = None,
        notices: dict[str, Notice] | None = None,
        on_death: Callable[[WorkerDied], None] | None = None,
    ) -> None:
        self.order = order
        self.name = order.path.name
        self.holder = Holder(self.name, self._flush_soon)
        self.enforced = NOTHING
        self.loaded: rpc.Message = {}
        self.nodes: list[NodeDescription] = []
        self.scratch = Scratch()
        guard_folder(self.scratch.root)
        self._methods = methods or {}
        self._notices = {
            "progress": self._ignore,
            "blocks/dead": self._blocks_dead,
            **(notices or {}),
        }
        self._on_death = on_death or (lambda death: None)
        self._worker: HostedWorker | None = None
        self._exchange = Exchange(None, None)
        self._copy: Path | None = None
        self._starting = asyncio.Lock()
        self._deaths: deque[float] = deque(maxlen=MAX_DEATHS)
        self._flushing = False
        self._closed = False

    # --- asking ---------------------------------------------------------------------------------

    @property
    def worker(self) -> HostedWorker | None:
        return self._worker

    async def ask(
        self, method: str, params: rpc.Message, timeout: float | None = None, grace: float = 0.0
    ) -> Any:
        """The worker's answer, of a fresh worker when the last one has ended.

        Raises what ``Channel.call`` does.
        """
        worker = self._worker
        if worker is None or worker.channel.ended is not None:
            worker = await self.alive()
        if self.holder.has_dropped:
            self._flush()
        return await worker.channel.call(method, params, timeout, grace)

    def tell(self, method: str, params: rpc.Message) -> None:
        """Notify the worker, if there is one."""
        if self._worker is not None:
            self._worker.channel.notify(method, params)

    async def alive(self) -> HostedWorker:
        """The worker, started when there is none. Raises WorkerDied when it can't be."""
        if self._worker is not None and self._worker.dead is None:
            return self._worker
        async with self._starting:
            if self._worker is None or self._worker.dead is not None:
                await self._start()
        assert self._worker is not None
        return self._worker

    # --- starting -------------------------------------------------------------------------------

    async def _start(self) -> None:
        if self._closed:
            raise WorkerDied(f"the pack {self.name} was closed", "start")
        self._give_up_when_hopeless()
        await self._start_once()
        if (
            self.loaded["refused_writes"]
            and not self.loaded["load"]["loaded"]
            and self._make_copy()
        ):
            self._drop_worker()
            await self._start_once()

    def _give_up_when_hopeless(self) -> None:
        now = time.monotonic()
        if len(self._deaths) == MAX_DEATHS and now - self._deaths[0] < DEATHS_WITHIN:
            rest = DEATHS_WITHIN - (now - self._deaths[0])
            text = f"workers of {self.name} ended {MAX_DEATHS} times; next try in {rest:.0f} s"
            raise WorkerDied(text, "start")

    async def _start_once(self) -> None:
        shared = self._share()
        inherited = (shared.host, shared.worker) if shared else ()
        try:
            self._exchange = host_side(shared)
            launched, numbers = await start_worker(
                self.order.python,
                self.scratch.work,
                inherited,
                preloaded=self.order.preloaded,
                confinement=self._confinement(inherited),
            )
        finally:
            if shared is not None:
                shared.close()
        self._worker = HostedWorker(launched, self._methods, self._notices, self._died)
        self.holder.next_epoch()
        self._exchange.on_dead = self._flush_soon
        self._worker.channel.take_dead = self._exchange.take_dead
        self._worker.channel.on_dead = functools.partial(self._release_soon, self._exchange)
        await self._begin(self._worker, shared, numbers)

    def _share(self) -> Shared | None:
        try:
            return share(self.order.memory)
        except NoSharedMemory:
            return None

    async def _begin(
        self, worker: HostedWorker, shared: Shared | None, numbers: tuple[int, ...]
    ) -> None:
        """Confine the worker, load the pack, describe its nodes, serve."""
        call = worker.channel.call
        said = await call("hello", self._hello(worker, numbers), START_SECONDS)
        worker.note_namespace()
        self.enforced = Enforced.from_wire(said["sandbox"])
        if not self.enforced.holds and not self.order.sandbox.observe:
            raise SandboxRefused(self.enforced.line)
        if shared is not None:
            memory = {"host": numbers[0], "worker": numbers[1], "size": shared.size}
            await call("share", {**memory, "access": self.order.access}, START_SECONDS)
        await call("prepare", self._prepare(), START_SECONDS)
        self.loaded = await call("load", {}, self.order.load_seconds)
        if not self.nodes:
            await self._describe(worker)
        await call(
            "open", {"nodes": self.order.nodes, "folders": self.order.folders}, START_SECONDS
        )

    async def _describe(self, worker: HostedWorker) -> None:
        blocked: list[str | None] = []
        for index, candidate in enumerate(self.loaded["candidates"]):
            try:
                told = await worker.channel.call("describe", {"index": index}, START_SECONDS)
            except rpc.RemoteError:
                continue  # a defect of a node that checks report; here it is simply not there
            self.nodes.append(told["node"])
            blocked.append(candidate["blocked"])
        settle(self.nodes, blocked, frozenset() if self.order.core else core_node_ids())

    def _policy(self) -> SandboxPolicy:
        order = self.order
        write = [self.scratch.work, *order.writable]
        return worker_policy(order.sandbox, order.path, order.python, write, self._readable())

    def _readable(self) -> list[Path]:
        """The folders of the host that its packs look into: its own, inputs, models."""
        named = [self.order.folders[name] for name in ("input",) if name in self.order.folders]
        models = [path for _, path, _ in self.order.folders.get("models", ())]
        host = self.order.host
        shown = [host, *sorted(host.iterdir())] if host is not None and host.is_dir() else []
        return [*map(Path, [*named, *models]), *shown]

    def _confinement(self, inherited: tuple[int, ...]) -> Confinement | None:
        """From outside, for an interpreter whose start is not ours, and for namespaces."""
        order = self.order
        return confinement(order.sandbox, self._policy(), self.scratch, order.python, inherited)

    def _hello(self, worker: HostedWorker, numbers: tuple[int, ...]) -> rpc.Message:
        told = worker.enforced()
        enforced = told.to_wire() if told is not None else None
        order = hello(self.order.sandbox, self._policy(), self.scratch, numbers, enforced)
        return {"protocol": rpc.PROTOCOL, **order}

    def _prepare(self) -> rpc.Message:
        return {
            "path": str(self._copy or self.order.path),
            "original": str(self.order.path),
            "level": self.order.level,
            "mode": self.order.mode,
            "host": str(self.order.host or self.scratch.host),
            "work": str(self.scratch.work),
            "web": None,
        }

    def _make_copy(self) -> bool:
        """Packs that write beside themselves while they are imported get a place of their own."""
        beside = self.scratch.host / "custom_nodes"
        beside.mkdir(exist_ok=True)
        try:
            self._copy = copy_pack(self.order.path, beside)
        except (TooBig, OSError):
            return False
        return True

    # --- values ---------------------------------------------------------------------------------

    async def give(self, handle: Handle) -> rpc.Message:
        """The wire form of a value of this pack; its blocks are in memory that the worker writes.

        Raises RemoteError when the value can't leave its process.
        """
        wire: rpc.Message = await self.ask("value/give", {"number": handle.check()})
        return wire

    async def take(self, wire: rpc.Message, source: RemotePack) -> Handle:
        """Give the worker a value that another pack gave; its bytes are copied once."""
        await self.alive()
        if wire.get("blocks"):
            wire = {**wire, "blocks": self._copied(wire["blocks"], source)}
        kept = await self.ask("value/take", {"wire": wire})
        return Handle(self.holder, kept["handle"], kept["kind"])

    def _copied(self, blocks: list[Any], source: RemotePack) -> list[Any]:
        return [self._exchange.copy(block, source._exchange) for block in blocks]

    async def echo(self, value: Any, *, fresh: bool = False) -> Any:
        """What is left of a value after a way to the worker and back.

        Tensors come back as views of memory that the worker writes. ``fresh``: the worker sends a
        copy, not what it was sent. Raises NotTransferable, ArenaFull and what ``ask`` does.
        """
        if self._worker is None or self._worker.channel.ended is not None:
            await self.alive()
        wire = encode(value, TensorExtra(self._exchange))
        back = await self.ask("value/echo", {"wire": wire, "fresh": fresh})
        return decode(back, TensorExtra(self._exchange, back.get("blocks")))

    # --- the end --------------------------------------------------------------------------------

    def _died(self, death: WorkerDied) -> None:
        self._deaths.append(time.monotonic())
        self.holder.next_epoch()
        self._on_death(death)

    def printed(self) -> str:
        """The last lines that the worker printed."""
        return self._worker.output.last_lines() if self._worker is not None else ""

    def _drop_worker(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def close(self) -> None:
        """End the worker and remove its folder. Safe to call again."""
        self._closed = True
        self._drop_worker()
        self.holder.next_epoch()
        forget(self.scratch.root)
        self.scratch.remove()

    # --- what is no longer held -----------------------------------------------------------------

    def _flush_soon(self) -> None:
        """Called in any thread."""
        worker = self._worker
        if worker is None or self._flushing or worker.dead is not None:
            return
        self._flushing = True
        try:
            worker.loop.call_soon_threadsafe(self._flush)
        except RuntimeError:  # the loop has closed; the next question tells
            self._flushing = False

    def _flush(self) -> None:
        self._flushing = False
        values, blocks = self.holder.take_dropped(), self._exchange.take_dead()
        if values or blocks:
            self.tell("value/drop", {"values": values, "blocks": blocks})

    def _blocks_dead(self, params: rpc.Message) -> None:
        self._release_soon(self._exchange, rpc.dead_in({"dead": params.get("blocks")}))

    @staticmethod
    def _release_soon(exchange: Exchange, blocks: list[int]) -> None:
        # Not at once: who waits for an answer that has just come may be about to read those bytes.
        asyncio.get_running_loop().call_soon(RemotePack._release, exchange, blocks)

    @staticmethod
    def _release(exchange: Exchange, blocks: list[int]) -> None:
        with contextlib.suppress(BadValue):  # a worker that lies about this harms only itself
            exchange.release(blocks)

    @staticmethod
    def _ignore(params: rpc.Message) -> None:
        """What the worker is doing while it loads."""
