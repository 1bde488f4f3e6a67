"""The server's engine: prompts are validated and run over nodes, here or in processes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from reference_runtime.server.engine import Json, Outcome, Post, Send, Verdict
from reference_runtime.server.engine_thread import EngineThread
from reference_runtime.server.queue import Item

log = logging.getLogger("studio.server")


class Backend:
    """``server.engine.Engine`` over a node host, all of whose calls come from one thread's loop.

    ``make_executor`` gets the nodes and ``send``; ``validate`` is the engine's.
    """

    def __init__(
        self,
        nodes: Any,
        make_executor: Callable[[Any, Send], Any],
        validate: Callable[..., Any],
    ) -> None:
        self._nodes = nodes
        self._make_executor = make_executor
        self._validate = validate
        self._thread = EngineThread()
        self._executor: Any = None

    async def start(self, send: Send, post: Post) -> None:
        await self._thread.call(self._start(send, post))

    async def _start(self, send: Send, post: Post) -> None:
        start = getattr(self._nodes, "start", None)
        if start is None:
            from reference_runtime.server.local_packs import hear_packs

            hear_packs(post)
        else:
            self._nodes.on_message = post
            await start()
            for pack, reason in self._nodes.failures.items():
                log.warning("%s was not loaded: %s", pack, reason)
            for pack, remarks in self._nodes.remarks.items():
                for remark in remarks:
                    log.warning("%s: %s", pack, remark)
        self._executor = self._make_executor(self._nodes, send)

    async def validate(self, prompt_id: str, prompt: Json, targets: list[str] | None) -> Verdict:
        found = await self._thread.call(self._validate(prompt_id, prompt, self._nodes, targets))
        return Verdict(found.error, list(found.outputs), found.node_errors)

    async def run(self, item: Item) -> Outcome:
        execution = await self._thread.call(
            self._executor.execute(item.prompt, item.prompt_id, item.extra_data, item.outputs)
        )
        return Outcome(execution.outputs, execution.status, execution.meta)

    def interrupt(self, prompt_id: str | None) -> None:
        if self._executor is not None:
            self._executor.interrupt(prompt_id)

    async def object_info(self, class_type: str | None = None) -> Json:
        found: Json = await self._thread.call(self._nodes.object_info(class_type))
        return found

    async def close(self) -> None:
        await self._thread.call(self._nodes.close())
        await self._thread.stop()
