"""Runs recorded prompts over an engine and brings what it tells into the form to compare.

Progress is left out (its rhythm is free), and so is the order of messages, which hosts don't
promise between independent nodes; a test of its own looks at the order.
"""

from __future__ import annotations

import asyncio
import copy
import json
import threading
from pathlib import Path
from typing import Any

from reference_runtime.engine.executor import CacheRule, Execution, Executor, validate_prompt
from reference_runtime.engine.nodehost import NodeHost

Json = dict[str, Any]
DATA = Path(__file__).parents[1] / "data"
RECORDED: dict[str, list[Json]] = json.loads((DATA / "host_messages.json").read_text("utf-8"))
CLIENT = "CLIENT"
INTERRUPT_AFTER = 0.3
UNORDERED = ("executed", "current_outputs", "dependent_outputs")
LEFT_OUT = ("progress", "progress_state", "status")


class Recorder:
    """Runs scenarios; ``messages`` holds [event, data, client] of the last prompt."""

    def __init__(self, nodes: NodeHost, cache: CacheRule = "classic") -> None:
        self.nodes = nodes
        self.messages: list[tuple[str, Json, str | None]] = []
        self.executor = Executor(nodes, cache, self._send)

    def _send(self, event: str, data: Json, client: str | None) -> None:
        self.messages.append((event, data, client))

    async def scenario(self, name: str) -> list[Json]:
        """What each of the scenario's prompts gives, in comparable form."""
        steps = RECORDED[name]
        return [await self._step(name, f"P{i}", step) for i, step in enumerate(steps)]

    async def _step(self, name: str, prompt_id: str, step: Json) -> Json:
        self.messages.clear()
        prompt = copy.deepcopy(step["prompt"])
        targets = step["kw"].get("partial_execution_targets")
        found = await validate_prompt(prompt_id, prompt, self.nodes, targets)
        if found.error is not None:
            return comparable({"status": 400, "body": _refusal(found)}, [], None)
        client = None if name == "no_client_id" else CLIENT
        run = self.executor.execute(
            prompt, prompt_id, {"client_id": client} if client else {}, found.outputs
        )
        if name.startswith("interrupt"):
            which = None if name == "interrupt_global" else prompt_id
            threading.Timer(INTERRUPT_AFTER, self.executor.interrupt, (which,)).start()
        execution = await run
        body = {"prompt_id": prompt_id, "node_errors": found.node_errors}
        told = [[e, d] for e, d, to in self.messages if to == client]
        end = [["executing", {"node": None, "prompt_id": prompt_id}]] if client else []
        return comparable({"status": 200, "body": body}, told + end, _history(execution))


def _refusal(found: Any) -> Json:
    return {"error": found.error, "node_errors": found.node_errors}


def _history(execution: Execution) -> Json:
    return {"outputs": execution.outputs, "meta": execution.meta, "status": execution.status}


def recorded(name: str) -> list[Json]:
    """What the host gave for each prompt of the scenario, in comparable form."""
    return [_recorded(step) for step in RECORDED[name]]


def _recorded(step: Json) -> Json:
    post = copy.deepcopy(step["post"])
    post["body"].pop("number", None)
    history = step.get("history")
    kept = {k: history[k] for k in ("outputs", "meta", "status")} if history else None
    return comparable(post, step["messages"], kept)


def comparable(post: Json, messages: list[Any], history: Json | None) -> Json:
    """JSON text alone, so that floats, tuples and the like compare as clients see them."""
    told = sorted(_text(message) for message in messages if message[0] not in LEFT_OUT)
    if history is not None:
        history = {**history, "status": {**history["status"]}}
        history["status"]["messages"] = sorted(map(_text, history["status"]["messages"]))
    return {"post": _text(post), "messages": told, "history": _text(history)}


def _text(value: Any) -> str:
    return json.dumps(_normal(value), sort_keys=True)


def _normal(value: Any, key: str = "") -> Any:
    if key == "traceback" and isinstance(value, list):
        return "<frames>" if value else "<empty>"
    if isinstance(value, dict):
        return {k: _normal(v, k) for k, v in value.items() if k != "timestamp"}
    if isinstance(value, (list, tuple)):
        items = [_normal(item) for item in value]
        return sorted(items) if key in UNORDERED else _errors(items) if key == "errors" else items
    return value


def _errors(items: list[Any]) -> list[Any]:
    """The host goes through inputs in no fixed order."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def run(nodes: NodeHost, name: str, cache: CacheRule = "classic") -> list[Json]:
    """A scenario in a loop of its own, within 30 s."""
    recorder = Recorder(nodes, cache)
    return asyncio.run(asyncio.wait_for(recorder.scenario(name), 30))
