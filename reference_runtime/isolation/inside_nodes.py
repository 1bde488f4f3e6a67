"""The worker's side of ``remote_nodes``: what the host asks of the nodes of the loaded pack.

Each method of the host's ``NodeHost`` is one request. A node's coroutine that is still under way is
left running under a number, which the host then awaits with a request of its own.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

from reference_runtime.api.execution import DynamicPrompt
from reference_runtime.engine.nodehost import Call, NodeFailed, NodeHost, Pending, Reply
from reference_runtime.isolation import rpc
from reference_runtime.isolation.inside_pack import PackServer
from reference_runtime.isolation.references import InsideRefs
from reference_runtime.isolation.values import NotTransferable, decode, encode

PROMPT_PARTS = ("original_prompt", "ephemeral_prompt", "ephemeral_parents", "ephemeral_display")


class NodeServer:
    """Serves the nodes in ``local``, whose values are kept in ``pack``."""

    def __init__(self, local: NodeHost, pack: PackServer) -> None:
        self._local = local
        self._pack = pack
        self._refs = InsideRefs(pack.keep, pack.handles.get)
        self._pending: dict[int, Awaitable[Reply]] = {}
        self._numbers = itertools.count(1)

    def methods(self) -> dict[str, Callable[[rpc.Message], Any]]:
        served = {
            "node/facts": self.facts,
            "node/begin": self.begin,
            "node/validate": self.validate,
            "node/fingerprint": self.fingerprint,
            "node/lazy": self.lazy,
            "node/run": self.run,
            "node/await": self.await_reply,
            "node/spread": self.spread,
            "node/keep": self.keep,
            "node/object_info": self.object_info,
        }
        return {name: self._guarded(method) for name, method in served.items()}

    def urgent(self) -> dict[str, Callable[[rpc.Message], None]]:
        return {"node/interrupt": self.interrupt}

    def _guarded(
        self, method: Callable[[rpc.Message], Awaitable[Any]]
    ) -> Callable[[rpc.Message], Awaitable[Any]]:
        """The method with failures of nodes as results, and no way on for forked children."""

        async def serve(params: rpc.Message) -> Any:
            try:
                return {"result": await method(params)}
            except NodeFailed as failed:
                return {"failed": _failure(failed)}
            finally:
                self._pack.channel.leave_if_forked()

        return serve

    def interrupt(self, params: rpc.Message) -> None:
        from reference_runtime.host.standins.comfy import model_management

        self._local.interrupt()
        model_management.interrupt_current_processing(True)

    # --- methods ------------------------------------------------------------------------------

    async def facts(self, params: rpc.Message) -> Any:
        constants = self._in(params["constants"])
        return self._out(await self._local.facts(params["class_type"], constants))

    async def begin(self, params: rpc.Message) -> None:
        from reference_runtime.host.frames import sender
        from reference_runtime.host.standins.comfy import model_management
        from reference_runtime.host.standins.server import PromptServer

        model_management.interrupt_current_processing(False)
        PromptServer.instance.on_send = sender(self._message)
        await self._local.begin(params["prompt_id"], self._progress, params["client_id"])

    def _message(self, frame: str | bytes, sid: str | None) -> None:
        """Hand on what the pack sends to the browser; from any thread."""
        told = frame if isinstance(frame, str) else {"base64": b64encode(frame).decode()}
        self._pack.channel.tell("node/message", {"frame": told, "sid": sid})

    def _progress(self, node_id: str, value: float, most: float) -> None:
        channel = self._pack.channel
        told = {"node_id": node_id, "value": float(value), "max": float(most)}
        channel.tell("node/progress", told)
        channel.poll()

    async def validate(self, params: rpc.Message) -> Any:
        types = self._in(params["types"])
        return self._out(await self._local.validate(self._call(params), types))

    async def fingerprint(self, params: rpc.Message) -> Any:
        found = await self._local.fingerprint(self._call(params))
        try:
            return self._out(found)
        except NotTransferable:  # an object, which on the host equals no later one
            return self._out(float("nan"))

    async def lazy(self, params: rpc.Message) -> Any:
        return self._out(await self._local.lazy(self._call(params)))

    async def run(self, params: rpc.Message) -> Any:
        given = await self._local.run(self._call(params))
        if not isinstance(given, Pending):
            return self._reply(given)
        number = next(self._numbers)
        self._pending[number] = asyncio.ensure_future(given.reply)
        return {"pending": number}

    async def await_reply(self, params: rpc.Message) -> Any:
        return self._reply(await self._pending.pop(params["pending"]))

    async def spread(self, params: rpc.Message) -> Any:
        items = await self._local.spread(self._pack.handles.get(params["number"]))
        return [self._refs.reference(item) for item in items]

    async def keep(self, params: rpc.Message) -> None:
        await self._local.keep({(node_id, kind) for node_id, kind in params["nodes"]})

    async def object_info(self, params: rpc.Message) -> Any:
        return self._out(await self._local.object_info(params["class_type"]))

    # --- values -------------------------------------------------------------------------------

    def _in(self, wire: Any) -> Any:
        return decode(wire, self._refs)

    @staticmethod
    def _out(value: Any) -> Any:
        """Plain data. Raises NotTransferable."""
        return encode(value)

    def _call(self, params: rpc.Message) -> Call:
        fields = self._in(params["call"])
        for token in params["dynamic"]:
            fields["hidden"][token] = _dynamic_prompt(fields["hidden"][token])
        return Call(**fields)

    def _reply(self, reply: Reply) -> Any:
        rest = dataclasses.replace(reply, outputs=[])
        return {
            "outputs": [[self._refs.reference(item) for item in items] for items in reply.outputs],
            "rest": encode(rest, self._refs),
        }


def _dynamic_prompt(parts: dict[str, Any]) -> DynamicPrompt:
    prompt = DynamicPrompt({})
    for name in PROMPT_PARTS:
        setattr(prompt, name, parts[name])
    return prompt


def _failure(failed: NodeFailed) -> rpc.Message:
    return {
        "type_name": failed.type_name,
        "message": failed.message[: rpc.MAX_TEXT],
        "traceback": [line[: rpc.MAX_TEXT] for line in failed.traceback[-200:]],
        "inputs": encode(failed.inputs),
        "interrupted": failed.interrupted,
    }
