"""What an execution tells its client and its history, in the host's words and order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.engine.nodehost import NodeFailed
from reference_runtime.engine.prompt import RunningPrompt

Json = dict[str, Any]
Send = Callable[[str, Json, "str | None"], None]
"""Event, data, client (None: everyone)."""


@dataclass
class Messages:
    """``client``: who submitted the prompt; without one, little is told (Q15)."""

    send: Send
    client: str | None
    running: RunningPrompt
    history: list[list[Any]] = field(default_factory=list)
    """[event, data] of what the history keeps."""
    _states: dict[str, Json] = field(default_factory=dict)

    @property
    def prompt_id(self) -> str:
        return self.running.prompt_id

    def keep(self, event: str, data: Json, everyone: bool = False) -> None:
        """Tell it and keep it for the history."""
        stamped = {**data, "timestamp": int(time.time() * 1000)}
        self.history.append([event, stamped])
        if self.client is not None or everyone:
            self.send(event, stamped, self.client)

    def tell(self, event: str, data: Json) -> None:
        if self.client is not None:
            self.send(event, {**data, "prompt_id": self.prompt_id}, self.client)

    def executing(self, node_id: str) -> None:
        self.tell("executing", {"node": node_id, "display_node": self.running.display(node_id)})

    def executed(self, node_id: str, output: Any) -> None:
        shown = self.running.display(node_id)
        self.tell("executed", {"node": node_id, "display_node": shown, "output": output})

    # --- progress -----------------------------------------------------------------------------

    def progress(self, node_id: str, state: str, value: float, most: float) -> None:
        """Tell the new state of a node: "running" or "finished"."""
        about = self.running.about(node_id)
        self._states[node_id] = now = {
            "value": value,
            "max": most,
            "state": state,
            "node_id": node_id,
            "prompt_id": self.prompt_id,
            "display_node_id": about["display_node"],
            "parent_node_id": about["parent_node"],
            "real_node_id": about["real_node_id"],
        }
        data = {"prompt_id": self.prompt_id, "nodes": {node_id: now}}
        self.send("progress_state", data, self.client)

    def started(self, node_id: str) -> None:
        self.progress(node_id, "running", 0.0, 1.0)

    def finished(self, node_id: str) -> None:
        most = self._states[node_id]["max"] if node_id in self._states else 1.0
        self.progress(node_id, "finished", most, most)

    def stepped(self, node_id: str, value: float, most: float) -> None:
        """The node's own progress: its state, and the older message of progress bars."""
        if not self.running.dynamic.has_node(node_id):
            return
        self.progress(node_id, "running", value, most)
        self.tell("progress", {"value": value, "max": most, "node": node_id})

    # --- endings ------------------------------------------------------------------------------

    def blocked(self, node_id: str, message: str, executed: list[str]) -> None:
        """A blocker with a message was met; the prompt goes on."""
        self.tell(
            "execution_error",
            {
                "node_id": node_id,
                "node_type": self.running.node(node_id)["class_type"],
                "executed": executed,
                "exception_message": f"Execution Blocked: {message}",
                "exception_type": "ExecutionBlocked",
                "traceback": [],
                "current_inputs": [],
                "current_outputs": [],
            },
        )

    def failed(self, node_id: str, failure: NodeFailed, executed: list[str]) -> None:
        """A node of the original prompt, or one that it expanded to, raised or was interrupted."""
        tips = "\n"  # the host's tips stand on a line of their own; there are none here
        self._ended(node_id, failure, executed, tips)

    def cycle(self, node_id: str, failure: NodeFailed, executed: list[str]) -> None:
        """What expansions made of the prompt leads back to itself."""
        self._ended(node_id, failure, executed, "")

    def _ended(self, node_id: str, failure: NodeFailed, executed: list[str], tips: str) -> None:
        about: Json = {
            "prompt_id": self.prompt_id,
            "node_id": node_id,
            "node_type": self.running.node(node_id)["class_type"],
            "executed": executed,
        }
        if failure.interrupted:
            self.keep("execution_interrupted", about, everyone=True)
            return
        about |= {
            "exception_message": failure.message + tips,
            "exception_type": failure.type_name,
            "traceback": failure.traceback,
            "current_inputs": failure.inputs or [],
            "current_outputs": list(self.running.dynamic.original_prompt),
        }
        self.keep("execution_error", about)
