"""The HTTP routes: prompts, queue, history, nodes, interrupt. Files have ``routes_files``."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from reference_runtime.server.queue import Item
from reference_runtime.server.responses import empty, json_response, plain_text
from reference_runtime.server.state import Json, State

Handler = Callable[[Any], Awaitable[Any]]
Table = list[tuple[str, str, Handler]]
"""Method, path, handler."""

_NO_PROMPT = {
    "error": {
        "type": "no_prompt",
        "message": "No prompt provided",
        "details": "No prompt provided",
        "extra_info": {},
    },
    "node_errors": {},
}


class Routes:
    """Handlers over one server's state."""

    def __init__(self, state: State) -> None:
        self.state = state

    def table(self) -> Table:
        return [
            ("GET", "/", self.index),
            ("GET", "/prompt", self.get_prompt),
            ("POST", "/prompt", self.post_prompt),
            ("GET", "/queue", self.get_queue),
            ("POST", "/queue", self.post_queue),
            ("POST", "/interrupt", self.interrupt),
            ("GET", "/history", self.get_history),
            ("POST", "/history", self.post_history),
            ("GET", "/history/{prompt_id}", self.get_history_of),
            ("GET", "/object_info", self.object_info),
            ("GET", "/object_info/{class_type}", self.object_info_of),
            ("GET", "/features", self.features),
            ("GET", "/extensions", self.nothing),
            ("GET", "/embeddings", self.nothing),
        ]

    async def index(self, request: Any) -> Any:
        return plain_text("studio-conformance: a server of node packs, without a frontend\n")

    async def nothing(self, request: Any) -> Any:
        return json_response([])

    async def features(self, request: Any) -> Any:
        return json_response(self.state.features())

    # --- prompts --------------------------------------------------------------------------------

    async def get_prompt(self, request: Any) -> Any:
        return json_response(self.state.queue_info())

    async def post_prompt(self, request: Any) -> Any:
        """Validate a prompt and put it into the queue."""
        body = await self._json(request)
        if body is None:
            return self._not_json()
        number = self.state.take_number(body)
        if not isinstance(body.get("prompt"), dict):
            return json_response(_NO_PROMPT, 400)
        prompt_id = str(body.get("prompt_id") or uuid.uuid4())
        verdict = await self.state.engine.validate(
            prompt_id, body["prompt"], body.get("partial_execution_targets")
        )
        if verdict.error is not None:
            return json_response({"error": verdict.error, "node_errors": verdict.node_errors}, 400)
        extra = _extra_data(body)
        self.state.queue.put(Item(number, prompt_id, body["prompt"], extra, verdict.outputs))
        return json_response(
            {"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}
        )

    async def interrupt(self, request: Any) -> Any:
        """Stop what runs; with a prompt_id, only if that prompt runs."""
        body = await self._json(request) or {}
        running = self.state.queue.running
        wanted = body.get("prompt_id")
        if wanted is None:
            self.state.engine.interrupt(None)
        elif running is not None and running.prompt_id == wanted:
            self.state.engine.interrupt(running.prompt_id)
        return empty()

    # --- queue and history ----------------------------------------------------------------------

    async def get_queue(self, request: Any) -> Any:
        queue = self.state.queue
        running = [] if queue.running is None else [queue.running.as_list()]
        pending = [item.as_list() for item in queue.pending()]
        return json_response({"queue_running": running, "queue_pending": pending})

    async def post_queue(self, request: Any) -> Any:
        return await self._forget(request, self.state.queue)

    async def get_history(self, request: Any) -> Any:
        try:
            max_items = _number(request.query.get("max_items"))
            offset = _number(request.query.get("offset"))
        except ValueError as error:
            return json_response({"error": f"max_items and offset are whole numbers: {error}"}, 400)
        return json_response(self.state.history.window(max_items, -1 if offset is None else offset))

    async def get_history_of(self, request: Any) -> Any:
        return json_response(self.state.history.one(request.match_info["prompt_id"]))

    async def post_history(self, request: Any) -> Any:
        return await self._forget(request, self.state.history)

    async def _forget(self, request: Any, kept: Any) -> Any:
        """``{"clear": true}`` or ``{"delete": [prompt ids]}``."""
        body = await self._json(request)
        if body is None:
            return self._not_json()
        if body.get("clear"):
            kept.clear()
        ids = body.get("delete", [])
        if not isinstance(ids, list):
            return json_response({"error": "delete is a list of prompt ids"}, 400)
        kept.delete(ids)
        return empty()

    # --- nodes ----------------------------------------------------------------------------------

    async def object_info(self, request: Any) -> Any:
        return json_response(await self.state.engine.object_info())

    async def object_info_of(self, request: Any) -> Any:
        return json_response(await self.state.engine.object_info(request.match_info["class_type"]))

    # --- bodies ---------------------------------------------------------------------------------

    async def _json(self, request: Any) -> Json | None:
        """The body as an object, whatever its Content-Type; None when it is none."""
        try:
            body = json.loads(await request.read())
        except (ValueError, RecursionError):
            return None
        return body if isinstance(body, dict) else None

    def _not_json(self) -> Any:
        """The host fails over such a body (faithful); it is the client's fault (strict)."""
        if self.state.faithful:
            return plain_text("500 Internal Server Error\n\nServer got itself in trouble", 500)
        return json_response({"error": "the body is no JSON object"}, 400)


def _extra_data(body: Json) -> Json:
    given = body.get("extra_data")
    extra = dict(given) if isinstance(given, dict) else {}
    if "client_id" in body:
        extra["client_id"] = body["client_id"]
    return extra


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
