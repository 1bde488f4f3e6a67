"""Nodes of packs that each live in a confined worker: the engine's ``NodeHost`` over RPC.

Values stay in the worker that made them. A node of another pack that needs one gets a copy: its
bytes go through shared memory, and what can't leave its process (a model, a generator) is a clear
failure of the node that asked for it. A worker that ends fails the node that runs, with the cause
and what it printed last; the next call starts a fresh one.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from reference_runtime.api.execution import DynamicPrompt
from reference_runtime.description import NodeDescription
from reference_runtime.engine import nodehost
from reference_runtime.engine.nodehost import (
    Call,
    NodeFacts,
    NodeFailed,
    Pending,
    ProgressEvent,
    Reply,
    Value,
)
from reference_runtime.isolation import rpc
from reference_runtime.isolation.arena import ArenaFull
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.handles import Handle, StaleHandle
from reference_runtime.isolation.inside_nodes import PROMPT_PARTS
from reference_runtime.isolation.references import HostRefs
from reference_runtime.isolation.remote_pack import PackOrder, RemotePack
from reference_runtime.isolation.values import BadValue, NotTransferable, Record, decode, encode

FrameEvent = Callable[[str | bytes, str | None], None]

_KNOWN = {
    f"{nodehost.__name__}.{kind.__name__}": kind
    for kind in (
        nodehost.WireType,
        nodehost.InputFacts,
        nodehost.NodeFacts,
        nodehost.Expansion,
        nodehost.TypeFault,
        nodehost.Reply,
    )
}
"""The classes that a worker's answer may be made of."""


def _known(record: Record) -> Any:
    kind: Any = _KNOWN.get(record.name)
    if kind is None or record.kind != "dataclass":
        return record
    return kind(**record.fields)


class RemoteNodes:
    """A ``NodeHost``: the nodes of several packs, each in a worker of its own.

    ``close`` it in the end; as an asynchronous context manager it starts all packs at once. A pack
    that can't be loaded has no nodes; ``failures`` tells why.
    """

    def __init__(self, orders: Sequence[PackOrder]) -> None:
        self._on_progress: ProgressEvent = lambda node_id, value, most: None
        self._prompt_id: str | None = None
        self._client_id: str | None = None
        self.on_message: FrameEvent = lambda frame, client_id: None
        """Gets what packs send to the browser: a frame, and to whom (None: to all)."""
        self._begun: dict[RemotePack, int] = {}
        """Which worker of a pack knows of the prompt."""
        self.packs = [RemotePack(order, notices=self._notices()) for order in orders]
        self.failures: dict[str, str] = {}
        """By name of the pack: why it has no nodes."""
        self.remarks: dict[str, list[str]] = {}
        """By name of a pack that was loaded: what is wrong with it all the same."""
        self._homes: dict[str, RemotePack] = {}

    def _notices(self) -> dict[str, Any]:
        return {"node/progress": self._progress, "node/message": self._message}

    async def start(self) -> None:
        """Load all packs, at the same time."""
        await asyncio.gather(*(self._start(pack) for pack in self.packs))
        for pack in self.packs:
            for node in filter(_is_there, pack.nodes):
                taken = self._homes.get(node["key"])
                if taken is None or not taken.order.core:  # as on the host, the last pack wins
                    self._homes[node["key"]] = pack

    async def _start(self, pack: RemotePack) -> None:
        try:
            await pack.alive()
        except (WorkerDied, rpc.RemoteError) as error:
            self.failures[pack.name] = f"{error}\n{pack.printed()}".strip()
            return
        texts = [problem["message"] for problem in pack.loaded["problems"]]
        if pack.loaded["load"]["loaded"]:
            self.remarks[pack.name] = texts
        else:
            self.failures[pack.name] = "; ".join(texts) or "the pack was not loaded"

    async def __aenter__(self) -> RemoteNodes:
        await self.start()
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    def home(self, class_type: str) -> RemotePack | None:
        """The pack that a class of nodes lives in."""
        return self._homes.get(class_type)

    # --- the NodeHost ---------------------------------------------------------------------------

    async def facts(
        self, class_type: str, constants: Mapping[str, Any] | None = None
    ) -> NodeFacts | None:
        pack = self._homes.get(class_type)
        if pack is None:
            return None
        plain = None if constants is None else dict(constants)
        params = {"class_type": class_type, "constants": await self._out(pack, plain)}
        facts = self._plain(await self._ask(pack, "facts", params, class_type))
        assert facts is None or isinstance(facts, NodeFacts)
        return facts

    async def begin(
        self, prompt_id: str, on_progress: ProgressEvent, client_id: str | None = None
    ) -> None:
        self._prompt_id, self._on_progress = prompt_id, on_progress
        self._client_id = client_id
        self._begun.clear()

    async def _begin(self, pack: RemotePack) -> None:
        """Tell the worker of the prompt, if it is a fresh one or the prompt is new."""
        epoch = pack.holder.epoch
        if self._prompt_id is not None and self._begun.get(pack) != epoch:
            self._begun[pack] = epoch
            params = {"prompt_id": self._prompt_id, "client_id": self._client_id}
            await pack.ask("node/begin", params)

    def _progress(self, params: rpc.Message) -> None:
        try:
            self._on_progress(str(params["node_id"]), float(params["value"]), float(params["max"]))
        except (KeyError, TypeError, ValueError):
            raise rpc.GarbageFrame("a malformed report of progress") from None

    def _message(self, params: rpc.Message) -> None:
        frame, sid = params.get("frame"), params.get("sid")
        try:
            if isinstance(frame, dict):
                frame = b64decode(frame["base64"], validate=True)
            elif isinstance(frame, str):
                frame.encode()
            if not isinstance(frame, (str, bytes)) or not (sid is None or isinstance(sid, str)):
                raise TypeError
        except (KeyError, TypeError, ValueError):
            raise rpc.GarbageFrame("a malformed message for the browser") from None
        self.on_message(frame, sid)

    async def validate(self, call: Call, types: Mapping[str, Any] | None) -> list[Any]:
        pack = self._home(call)
        given = None if types is None else dict(types)
        params = {**await self._call(pack, call), "types": await self._out(pack, given)}
        results: list[Any] = self._plain(await self._ask(pack, "validate", params, _name(call)))
        return results

    async def fingerprint(self, call: Call) -> Any:
        return self._plain(await self._hook("fingerprint", call))

    async def lazy(self, call: Call) -> list[str]:
        names: list[str] = self._plain(await self._hook("lazy", call))
        return names

    async def _hook(self, method: str, call: Call) -> Any:
        pack = self._home(call)
        return await self._ask(pack, method, await self._call(pack, call), _name(call))

    async def run(self, call: Call) -> Reply | Pending:
        pack = self._home(call)
        given = await self._ask(pack, "run", await self._call(pack, call), _name(call))
        if "pending" in given:
            return Pending(self._await_reply(pack, given["pending"], call))
        return self._reply(pack, given)

    async def _await_reply(self, pack: RemotePack, number: int, call: Call) -> Reply:
        given = await self._ask(pack, "await", {"pending": number}, _name(call))
        return self._reply(pack, given)

    async def spread(self, value: Value) -> list[Value]:
        if not isinstance(value, Handle):
            return list(value) if isinstance(value, list) else [value]
        pack = self._pack_of(value)
        with _as_failures(pack.name):
            number = value.check()
        items = await self._ask(pack, "spread", {"number": number}, repr(value))
        refs = HostRefs(pack.holder)
        return [refs.result(item) for item in items]

    def interrupt(self) -> None:
        for pack in self.packs:
            worker = pack.worker
            if worker is not None and worker.dead is None:
                worker.loop.call_soon_threadsafe(pack.tell, "node/interrupt", {})

    async def keep(self, nodes: Collection[tuple[str, str]]) -> None:
        for pack in self.packs:
            own = [list(node) for node in nodes if self._homes.get(node[1]) is pack]
            if pack.worker is not None and pack.worker.dead is None:
                await self._ask(pack, "keep", {"nodes": own}, pack.name)

    async def release(self, values: Collection[Value]) -> None:
        """Nothing to do: a handle tells its worker when the last reference to it dies."""

    async def object_info(self, class_type: str | None = None) -> dict[str, Any]:
        if class_type is not None:
            home = self._homes.get(class_type)
            return {} if home is None else await self._object_info(home, class_type)
        told = await asyncio.gather(
            *(self._object_info(p, None) for p in self.packs if p.name not in self.failures)
        )
        merged = {name: info for each in told for name, info in each.items()}
        return {name: merged[name] for name in self._homes if name in merged}

    async def _object_info(self, pack: RemotePack, class_type: str | None) -> dict[str, Any]:
        params = {"class_type": class_type}
        info: dict[str, Any] = self._plain(await self._ask(pack, "object_info", params, pack.name))
        return info

    async def close(self) -> None:
        for pack in self.packs:
            pack.close()

    # --- messages -------------------------------------------------------------------------------

    def _home(self, call: Call) -> RemotePack:
        pack = self._homes.get(call.class_type)
        if pack is None:
            raise NodeFailed("LookupError", f"no pack has a node {call.class_type!r}", [])
        return pack

    def _pack_of(self, handle: Handle) -> RemotePack:
        return next(pack for pack in self.packs if pack.holder is handle.holder)

    async def _ask(self, pack: RemotePack, method: str, params: rpc.Message, what: str) -> Any:
        """The result. Raises NodeFailed, also for a worker that ended."""
        with _as_failures(pack.name, what, pack):
            answer = await pack.ask(f"node/{method}", params)
        if "failed" in answer:
            failed = answer["failed"]
            raise NodeFailed(**{**failed, "inputs": decode(failed["inputs"])})
        return answer["result"]

    @staticmethod
    def _plain(wire: Any) -> Any:
        try:
            return decode(wire, resolve=_known)
        except BadValue as error:
            raise NodeFailed(
                "BadValue", f"the worker's answer makes no sense: {error}", []
            ) from None

    def _reply(self, pack: RemotePack, given: Any) -> Reply:
        refs = HostRefs(pack.holder)
        try:
            reply = decode(given["rest"], refs, _known)
            outputs = [[refs.result(item) for item in items] for items in given["outputs"]]
        except (BadValue, KeyError, TypeError) as error:
            raise NodeFailed(
                "BadValue", f"the worker's answer makes no sense: {error}", []
            ) from None
        return Reply(outputs, reply.ui, reply.expansions, reply.blocked, reply.faults)

    async def _call(self, pack: RemotePack, call: Call) -> rpc.Message:
        dynamic = [t for t, value in call.hidden.items() if isinstance(value, DynamicPrompt)]
        hidden = dict(call.hidden)
        for token in dynamic:
            hidden[token] = {name: getattr(hidden[token], name) for name in PROMPT_PARTS}
        fields = {
            "prompt_id": call.prompt_id,
            "node_id": call.node_id,
            "class_type": call.class_type,
            "inputs": call.inputs,
            "hidden": hidden,
            "missing": call.missing,
        }
        return {"call": await self._out(pack, fields, _name(call)), "dynamic": dynamic}

    async def _out(self, pack: RemotePack, value: Any, what: str = "") -> Any:
        """The wire form for this pack's worker; values of other workers are moved there first."""
        await self._alive(pack, what)
        with _as_failures(pack.name, what, pack):
            refs = HostRefs(pack.holder)
            wire = encode(value, refs)
            if refs.foreign:
                for handle in refs.foreign:
                    await self._move(handle, pack)
                wire = encode(value, HostRefs(pack.holder))
            return wire

    async def _alive(self, pack: RemotePack, what: str) -> None:
        """A worker there is, so that its handles are not stale for the lack of one."""
        with _as_failures(pack.name, what, pack):
            await pack.alive()
            await self._begin(pack)

    async def _move(self, handle: Handle, target: RemotePack) -> None:
        source = self._pack_of(handle)
        try:
            wire = await source.give(handle)
            handle.moved[target.holder] = await target.take(wire, source)
        except rpc.RemoteError as error:
            text = (
                f"a value of type {handle.kind}, made by the pack {source.name}, can't be given to "
                f"the pack {target.name}: {error}"
            )
            raise NodeFailed(error.kind, text, error.trace.splitlines()) from None


class _as_failures:
    """``with _as_failures(pack, what):`` what goes wrong with a worker becomes NodeFailed."""

    def __init__(self, name: str, what: str = "", pack: RemotePack | None = None) -> None:
        self._name, self._what, self._pack = name, what, pack

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, WorkerDied):
            printed = self._pack.printed() if self._pack is not None else ""
            text = f"the worker of the pack {self._name} ended ({error.cause}) at {self._what}"
            raise NodeFailed("WorkerDied", text, printed.splitlines()) from None
        if isinstance(error, rpc.RemoteError):
            raise NodeFailed(error.kind, str(error), error.trace.splitlines()) from None
        expected = (StaleHandle, NotTransferable, ArenaFull, BadValue, rpc.OversizeFrame)
        if isinstance(error, expected):
            raise NodeFailed(type(error).__name__, str(error), []) from None


def _is_there(node: NodeDescription) -> bool:
    """Whether the host would end up with this node."""
    return node["registered"]


def _name(call: Call) -> str:
    return f"node {call.node_id} ({call.class_type})"


__all__ = ["PackOrder", "RemoteNodes"]
