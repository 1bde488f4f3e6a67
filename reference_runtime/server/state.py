"""What the parts of a running server share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reference_runtime.levels import ACTIVE
from reference_runtime.server.clients import Clients
from reference_runtime.server.engine import Engine
from reference_runtime.server.files import Folders
from reference_runtime.server.queue import History, PromptQueue

Json = dict[str, Any]


@dataclass
class State:
    """One server."""

    clients: Clients
    queue: PromptQueue
    history: History
    engine: Engine
    folders: Folders
    max_upload_size: int
    loopback_only: bool
    next_number: int = 0

    def queue_info(self) -> Json:
        return {"exec_info": {"queue_remaining": self.queue.remaining}}

    def features(self) -> Json:
        """What this server can do, in the host's words."""
        return {"supports_preview_metadata": True, "max_upload_size": self.max_upload_size}

    @property
    def faithful(self) -> bool:
        return ACTIVE.mode == "faithful"

    def take_number(self, body: Json) -> float:
        """The place in the queue: given, or next; ``front`` puts a prompt before all others."""
        if "number" in body:
            return float(body["number"])
        number, self.next_number = self.next_number, self.next_number + 1
        return -number if body.get("front") else number
