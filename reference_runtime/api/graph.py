"""Building sub-graphs for ``expand``, and the object that blocks an output.

Source of the rules: names, prefixes, id counting and dict forms of ``comfy_execution.graph_utils``.
"""

from __future__ import annotations

from typing import Any


def is_link(obj: Any) -> bool:
    """Whether ``obj`` is a link: a list of a node id (str) and an output index (number)."""
    if not isinstance(obj, list) or len(obj) != 2:
        return False
    node_id, index = obj
    return isinstance(node_id, str) and isinstance(index, (int, float))


class ExecutionBlocker:
    """Blocks whatever depends on the output it is returned for; a None message blocks silently."""

    def __init__(self, message: str | None) -> None:
        self.message = message


class Node:
    """A node of a graph under construction."""

    def __init__(self, id: str, class_type: str, inputs: dict[str, Any]) -> None:
        self.id = id
        self.class_type = class_type
        self.inputs = inputs
        self.override_display_id: str | None = None

    def out(self, index: int) -> list[Any]:
        """A link to the output."""
        return [self.id, index]

    def set_input(self, key: str, value: Any) -> None:
        """Set an input; None removes it."""
        if value is None:
            self.inputs.pop(key, None)
        else:
            self.inputs[key] = value

    def get_input(self, key: str) -> Any:
        """The input's value, None when absent."""
        return self.inputs.get(key)

    def set_override_display_id(self, override_display_id: str) -> None:
        """Show progress and errors on another node."""
        self.override_display_id = override_display_id

    def serialize(self) -> dict[str, Any]:
        """The node as a prompt entry."""
        entry: dict[str, Any] = {"class_type": self.class_type, "inputs": self.inputs}
        if self.override_display_id is not None:
            entry["override_display_id"] = self.override_display_id
        return entry


class GraphBuilder:
    """Builds an expansion whose ids are unique within a run.

    The prefix is ``<root>.<call>.<graph>.``; the engine sets root and call before each call, and
    every builder made in it takes the next graph number.
    """

    _default_prefix_root = ""
    _default_prefix_call_index = 0
    _default_prefix_graph_index = 0

    def __init__(self, prefix: str | None = None) -> None:
        self.prefix = GraphBuilder.alloc_prefix() if prefix is None else prefix
        self.nodes: dict[str, Node] = {}
        self.id_gen = 1

    @classmethod
    def set_default_prefix(cls, prefix_root: str, call_index: int, graph_index: int = 0) -> None:
        """What the engine says before it calls a node."""
        cls._default_prefix_root = prefix_root
        cls._default_prefix_call_index = call_index
        cls._default_prefix_graph_index = graph_index

    @classmethod
    def alloc_prefix(
        cls, root: str | None = None, call_index: int | None = None, graph_index: int | None = None
    ) -> str:
        """The next prefix; what is not given comes from the default, whose number moves on."""
        root = GraphBuilder._default_prefix_root if root is None else root
        call = GraphBuilder._default_prefix_call_index if call_index is None else call_index
        graph = GraphBuilder._default_prefix_graph_index if graph_index is None else graph_index
        GraphBuilder._default_prefix_graph_index += 1
        return f"{root}.{call}.{graph}."

    def node(self, class_type: str, id: str | None = None, **kwargs: Any) -> Node:
        """Add a node, ids counted from "1"; an id that exists gives its node unchanged."""
        if id is None:
            id = str(self.id_gen)
            self.id_gen += 1
        name = self.prefix + id
        if name not in self.nodes:
            self.nodes[name] = Node(name, class_type, kwargs)
        return self.nodes[name]

    def lookup_node(self, id: str) -> Node | None:
        """The node called ``id`` (without prefix), or None."""
        return self.nodes.get(self.prefix + id)

    def finalize(self) -> dict[str, dict[str, Any]]:
        """The graph as a prompt."""
        return {name: node.serialize() for name, node in self.nodes.items()}

    def replace_node_output(self, node_id: str, index: int, new_value: Any) -> None:
        """Give every input linked to the output ``new_value``; None removes the input."""
        name = self.prefix + node_id
        for node in self.nodes.values():
            for key, value in list(node.inputs.items()):
                if is_link(value) and value[0] == name and value[1] == index:
                    node.set_input(key, new_value)

    def remove_node(self, id: str) -> None:
        """Remove the node called ``id`` (without prefix). KeyError when there is none."""
        del self.nodes[self.prefix + id]


def add_graph_prefix(
    graph: dict[str, dict[str, Any]], outputs: list[Any] | tuple[Any, ...], prefix: str
) -> tuple[dict[str, dict[str, Any]], tuple[Any, ...]]:
    """Put ``prefix`` before every node id of a prompt and of the links in it and in ``outputs``."""
    prefixed = {}
    for node_id, entry in graph.items():
        inputs = {key: _prefixed(value, prefix) for key, value in entry.get("inputs", {}).items()}
        prefixed[prefix + node_id] = {"class_type": entry["class_type"], "inputs": inputs}
    return prefixed, tuple(_prefixed(value, prefix) for value in outputs)


def _prefixed(value: Any, prefix: str) -> Any:
    return [prefix + value[0], value[1]] if is_link(value) else value
