"""Progress of the nodes of a prompt and who listens to it.

Source of the rules: names, states and order of calls of ``comfy_execution.progress``.
"""

from __future__ import annotations

from abc import ABC
from enum import Enum
from typing import Any, TypedDict

PreviewImageTuple = tuple[str, Any, Any]
"""Format ("JPEG", "PNG"), PIL image, largest side in pixels or None."""


class NodeState(Enum):
    Pending = "pending"
    Running = "running"
    Finished = "finished"
    Error = "error"


class NodeProgressState(TypedDict):
    """``value`` of ``max`` steps done."""

    state: NodeState
    value: float
    max: float


class ProgressHandler(ABC):  # noqa: B024  as in the host
    """Listens to progress; override what is of interest."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.enabled = True

    def set_registry(self, registry: ProgressRegistry) -> None: ...  # noqa: B027

    def start_handler(self, node_id: str, state: NodeProgressState, prompt_id: str) -> None: ...  # noqa: B027

    def update_handler(  # noqa: B027
        self,
        node_id: str,
        value: float,
        max_value: float,
        state: NodeProgressState,
        prompt_id: str,
        image: PreviewImageTuple | None = None,
    ) -> None: ...

    def finish_handler(self, node_id: str, state: NodeProgressState, prompt_id: str) -> None: ...  # noqa: B027

    def reset(self) -> None: ...  # noqa: B027

    def enable(self) -> None:
        self.enabled = True

    def disable(self) -> None:
        self.enabled = False


class CLIProgressHandler(ProgressHandler):
    """The console's listener. Silent here: a worker's output belongs to the pack."""

    def __init__(self) -> None:
        super().__init__("cli")


class WebUIProgressHandler(ProgressHandler):
    """The frontend's listener: sends the state of all nodes through the server's ``send_sync``."""

    def __init__(self, server_instance: Any) -> None:
        super().__init__("webui")
        self.server_instance = server_instance
        self.registry: ProgressRegistry | None = None

    def set_registry(self, registry: ProgressRegistry) -> None:
        self.registry = registry

    def start_handler(self, node_id: str, state: NodeProgressState, prompt_id: str) -> None:
        self._send(prompt_id)

    def update_handler(
        self,
        node_id: str,
        value: float,
        max_value: float,
        state: NodeProgressState,
        prompt_id: str,
        image: PreviewImageTuple | None = None,
    ) -> None:
        self._send(prompt_id)

    def finish_handler(self, node_id: str, state: NodeProgressState, prompt_id: str) -> None:
        self._send(prompt_id)

    def _send(self, prompt_id: str) -> None:
        if self.registry is None:
            return
        nodes = {
            node_id: {
                "value": state["value"],
                "max": state["max"],
                "state": state["state"].value,
                "node_id": node_id,
                "prompt_id": prompt_id,
            }
            for node_id, state in self.registry.nodes.items()
            if state["state"] is not NodeState.Pending
        }
        self.server_instance.send_sync("progress_state", {"prompt_id": prompt_id, "nodes": nodes})


class ProgressRegistry:
    """The progress of one prompt."""

    def __init__(self, prompt_id: str, dynprompt: Any) -> None:
        self.prompt_id = prompt_id
        self.dynprompt = dynprompt
        self.nodes: dict[str, NodeProgressState] = {}
        self.handlers: dict[str, ProgressHandler] = {}

    def register_handler(self, handler: ProgressHandler) -> None:
        self.handlers[handler.name] = handler

    def unregister_handler(self, handler_name: str) -> None:
        self.handlers.pop(handler_name, None)

    def enable_handler(self, handler_name: str) -> None:
        if handler_name in self.handlers:
            self.handlers[handler_name].enable()

    def disable_handler(self, handler_name: str) -> None:
        if handler_name in self.handlers:
            self.handlers[handler_name].disable()

    def ensure_entry(self, node_id: str) -> NodeProgressState:
        """The node's entry, made as pending (0 of 1) when absent."""
        if node_id not in self.nodes:
            self.nodes[node_id] = {"state": NodeState.Pending, "value": 0, "max": 1}
        return self.nodes[node_id]

    def start_progress(self, node_id: str) -> None:
        entry = self.ensure_entry(node_id)
        self._set(entry, NodeState.Running, 0.0, 1.0)
        for handler in self._listening():
            handler.start_handler(node_id, entry, self.prompt_id)

    def update_progress(
        self, node_id: str, value: float, max_value: float, image: PreviewImageTuple | None = None
    ) -> None:
        entry = self.ensure_entry(node_id)
        self._set(entry, NodeState.Running, value, max_value)
        for handler in self._listening():
            handler.update_handler(node_id, value, max_value, entry, self.prompt_id, image)

    def finish_progress(self, node_id: str) -> None:
        entry = self.ensure_entry(node_id)
        self._set(entry, NodeState.Finished, entry["max"], entry["max"])
        for handler in self._listening():
            handler.finish_handler(node_id, entry, self.prompt_id)

    @staticmethod
    def _set(entry: NodeProgressState, state: NodeState, value: float, most: float) -> None:
        entry["state"], entry["value"], entry["max"] = state, value, most

    def reset_handlers(self) -> None:
        for handler in self.handlers.values():
            handler.reset()

    def _listening(self) -> list[ProgressHandler]:
        return [handler for handler in self.handlers.values() if handler.enabled]


_registry = ProgressRegistry(prompt_id="", dynprompt=None)


def get_progress_state() -> ProgressRegistry:
    """The registry of the running prompt (an empty one outside of runs)."""
    return _registry


def reset_progress_state(prompt_id: str, dynprompt: Any) -> None:
    """Begin a prompt."""
    global _registry
    _registry.reset_handlers()
    _registry = ProgressRegistry(prompt_id, dynprompt)


def add_progress_handler(handler: ProgressHandler) -> None:
    """Let ``handler`` listen to the running prompt."""
    handler.set_registry(_registry)
    _registry.register_handler(handler)
