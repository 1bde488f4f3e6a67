"""The parts of ``comfy_execution`` that packs import and that need no engine.

``DynamicPrompt`` knows the nodes of a prompt and those that expansions added;
``validate_node_input`` decides whether two wire types fit. Source: observed results of the host.
"""

from __future__ import annotations

import importlib
from typing import Any

from reference_runtime.levels import ACTIVE


class DependencyCycleError(Exception):
    """The prompt's links form a cycle."""


class NodeInputError(Exception):
    """A link points to something that is not there."""


class NodeNotFoundError(Exception):
    """The node id is neither in the prompt nor in an expansion."""


class DynamicPrompt:
    """A prompt and the nodes that expansions added to it."""

    def __init__(self, original_prompt: dict[str, Any]) -> None:
        self.original_prompt = original_prompt
        self.ephemeral_prompt: dict[str, Any] = {}
        self.ephemeral_parents: dict[str, str] = {}
        self.ephemeral_display: dict[str, str] = {}

    def get_node(self, node_id: str) -> Any:
        """The node's entry. NodeNotFoundError when there is none."""
        for nodes in (self.ephemeral_prompt, self.original_prompt):
            if node_id in nodes:
                return nodes[node_id]
        raise NodeNotFoundError(f"no node {node_id!r} in the prompt or its expansions")

    def has_node(self, node_id: str) -> bool:
        return node_id in self.original_prompt or node_id in self.ephemeral_prompt

    def add_ephemeral_node(
        self, node_id: str, node_info: Any, parent_id: str, display_id: str
    ) -> None:
        """Add a node that ``parent_id`` expanded to, shown as ``display_id``."""
        self.ephemeral_prompt[node_id] = node_info
        self.ephemeral_parents[node_id] = parent_id
        self.ephemeral_display[node_id] = display_id

    def get_real_node_id(self, node_id: str) -> str:
        """The node of the original prompt that this one came from."""
        while node_id in self.ephemeral_parents:
            node_id = self.ephemeral_parents[node_id]
        return node_id

    def get_parent_node_id(self, node_id: str) -> str | None:
        return self.ephemeral_parents.get(node_id)

    def get_display_node_id(self, node_id: str) -> str:
        """The node that progress and errors are shown on."""
        while node_id in self.ephemeral_display:
            node_id = self.ephemeral_display[node_id]
        return node_id

    def all_node_ids(self) -> set[str]:
        return set(self.original_prompt) | set(self.ephemeral_prompt)

    def get_original_prompt(self) -> dict[str, Any]:
        return self.original_prompt


def get_input_info(
    class_def: Any, input_name: str, valid_inputs: dict[str, Any] | None = None
) -> tuple[Any, Any, Any]:
    """(io type, group, options) of an input of a node class; three None for an unknown name."""
    groups = valid_inputs or class_def.INPUT_TYPES()
    for group in ("required", "optional", "hidden"):
        entry = groups.get(group, {}).get(input_name)
        if entry is not None:
            return entry[0], group, entry[1] if len(entry) > 1 else {}
    return None, None, None


def validate_node_input(received_type: Any, input_type: Any, strict: bool = False) -> bool:
    """Whether a link from ``received_type`` to ``input_type`` is allowed.

    Equal types always are (asked with ``!=``, left operand first: B15). Otherwise comma-separated
    sets must intersect, or with ``strict`` the received set must lie within the other.
    """
    if not received_type != input_type:  # noqa: SIM202  the host asks !=, which the types override
        return True
    if ACTIVE.level.rank >= 2 and _fits_at_latest(received_type, input_type):
        return True
    if not (isinstance(received_type, str) and isinstance(input_type, str)):
        return False
    received = {part.strip() for part in received_type.split(",")}
    wanted = {part.strip() for part in input_type.split(",")}
    return received <= wanted if strict else bool(received & wanted)


def _fits_at_latest(received: Any, wanted: Any) -> bool:
    """The newest host's further matches: ``*`` on either side, an options list against COMBO."""
    mine, theirs = _parts(received), _parts(wanted)
    if "*" in mine or "*" in theirs:
        return True
    return isinstance(received, list) != isinstance(wanted, list) and mine == theirs


def _parts(kind: Any) -> list[str]:
    return ["COMBO"] if isinstance(kind, list) else str(kind).split(",")


def include_unique_id_in_input(class_type: str) -> bool:
    """Whether the node's id is part of its cache key.

    The host looks for the bare string "UNIQUE_ID" among the hidden values; a v3 node's are tuples,
    so it is never found there (B5; strict mode finds it).
    """
    classes = importlib.import_module("nodes").NODE_CLASS_MAPPINGS
    hidden = classes[class_type].INPUT_TYPES().get("hidden", {}).values()
    if "UNIQUE_ID" in hidden:
        return True
    return ACTIVE.mode == "strict" and ("UNIQUE_ID",) in hidden
