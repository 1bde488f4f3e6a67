"""The per-node state of the API's prototype.

Source: names and results of the prototype's NodeState. Dunder names raise AttributeError, so that
copy, pickle and hasattr work on a state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class NodeState(ABC):
    """Values that a node keeps from call to call, per node of the prompt."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id

    @abstractmethod
    def get_value(self, key: str) -> Any: ...

    @abstractmethod
    def set_value(self, key: str, value: Any) -> None: ...

    @abstractmethod
    def pop(self, key: str) -> Any: ...

    @abstractmethod
    def __contains__(self, key: str) -> bool: ...


class NodeStateLocal(NodeState):
    """A state in this process, used by attribute or by item. What is absent reads as None."""

    def __init__(self, node_id: str) -> None:
        super().__init__(node_id)
        self.local_state: dict[str, Any] = {}

    def get_value(self, key: str) -> Any:
        return self.local_state.get(key)

    def set_value(self, key: str, value: Any) -> None:
        self.local_state[key] = value

    def pop(self, key: str) -> Any:
        """Remove and return the value, None when absent."""
        return self.local_state.pop(key, None)

    def __contains__(self, key: str) -> bool:
        return key in self.local_state

    def __setattr__(self, key: str, value: Any) -> None:
        if key in ("node_id", "local_state"):
            super().__setattr__(key, value)
        else:
            self.local_state[key] = value

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__") or key in ("node_id", "local_state"):
            raise AttributeError(key)
        return self.local_state.get(key)

    def __delattr__(self, key: str) -> None:
        self.local_state.pop(key, None)

    def __setitem__(self, key: str, value: Any) -> None:
        self.local_state[key] = value

    def __getitem__(self, key: str) -> Any:
        return self.local_state.get(key)

    def __delitem__(self, key: str) -> None:
        self.local_state.pop(key, None)
