"""A running prompt: its nodes, those that expansions add, and what the engine knows of each."""

from __future__ import annotations

from typing import Any

from reference_runtime.api.execution import DynamicPrompt
from reference_runtime.engine.cache import Owner, Place
from reference_runtime.engine.hidden import hook_inputs
from reference_runtime.engine.keys import key_of
from reference_runtime.engine.links import is_link, parents
from reference_runtime.engine.nodehost import Call, NodeFacts, NodeHost
from reference_runtime.engine.validation import constants_of

Json = dict[str, Any]


class RunningPrompt:
    """Facts and keys are asked for once per node."""

    def __init__(self, prompt_id: str, prompt: Json, nodes: NodeHost) -> None:
        self.prompt_id = prompt_id
        self.dynamic = DynamicPrompt(prompt)
        self._nodes = nodes
        self._classes: dict[str, NodeFacts] = {}
        self._facts: dict[str, NodeFacts] = {}
        self._keys: dict[str, str] = {}
        self._fingerprints: dict[str, Any] = {}
        self._owners: dict[str, Owner] = {}
        self._roots: dict[str, str] = {}

    def node(self, node_id: str) -> Json:
        """The node's entry. Raises NodeNotFoundError."""
        found: Json = self.dynamic.get_node(node_id)
        return found

    def inputs(self, node_id: str) -> Json:
        return self.node(node_id).get("inputs") or {}

    def facts(self, node_id: str) -> NodeFacts:
        """Of a node that ``learn`` was called for."""
        return self._facts[node_id]

    def owner(self, node_id: str) -> Owner:
        """The nodes that expanded on the way to this one."""
        return self._owners.get(node_id, ())

    def root(self, node_id: str) -> str:
        """The node of the original prompt that it came from."""
        return self._roots.get(node_id, node_id)

    def place(self, node_id: str) -> Place:
        return self.owner(node_id), self._keys[node_id]

    def below(self, node_id: str) -> Owner:
        """The owner of the nodes that ``node_id`` expands to."""
        return (*self.owner(node_id), (node_id, self.node(node_id)["class_type"]))

    def add(self, node_id: str, node: Json, parent: str, display: str) -> None:
        """Take in a node that ``parent`` expanded to."""
        self.dynamic.add_ephemeral_node(node_id, node, parent, self.display(display))
        self._owners[node_id] = self.below(parent)
        self._roots[node_id] = self.root(parent)

    def display(self, node_id: str) -> str:
        """The node on which progress is shown."""
        shown: str = self.dynamic.ephemeral_display.get(node_id, node_id)
        return shown

    def about(self, node_id: str) -> Json:
        """What messages and history say of the node's place."""
        return {
            "node_id": node_id,
            "display_node": self.display(node_id),
            "parent_node": self.dynamic.get_parent_node_id(node_id),
            "real_node_id": self.root(node_id),
        }

    async def learn(self, node_ids: list[str]) -> None:
        """Get facts, fingerprints and keys of these nodes and all that leads to them.

        Each node once, ancestors first, without recursion. A link to a node that isn't there, or a
        cycle, is left for the run to find.
        """
        stack = list(reversed(node_ids))
        open_nodes: set[str] = set()
        while stack:
            node_id = stack[-1]
            if node_id in self._keys or not self.dynamic.has_node(node_id):
                stack.pop()
                continue
            linked = [source for _, source, _ in parents(self.inputs(node_id))]
            missing = [s for s in linked if s not in self._keys and s not in open_nodes]
            missing = [source for source in missing if self.dynamic.has_node(source)]
            if missing and node_id not in open_nodes:
                open_nodes.add(node_id)
                stack += reversed(missing)
                continue
            await self._learn(node_id)
            stack.pop()

    async def _learn(self, node_id: str) -> None:
        node = self.node(node_id)
        facts = await self._facts_of(node)
        self._facts[node_id] = facts
        fingerprint = await self._fingerprint(node_id, node, facts)
        known = {source: self._key_at(source) for _, source, _ in parents(self.inputs(node_id))}
        self._keys[node_id] = key_of(node_id, facts, self.inputs(node_id), fingerprint, known)

    def _key_at(self, node_id: str) -> str:
        return self._keys.get(node_id, f"not there: {node_id}")

    async def _facts_of(self, node: Json) -> NodeFacts:
        class_type = node["class_type"]
        known = self._classes.get(class_type)
        if known is None:
            known = await self._nodes.facts(class_type)
            if known is None:
                raise KeyError(class_type)
            self._classes[class_type] = known
        if not known.dynamic:
            return known
        return await self._nodes.facts(class_type, constants_of(node)) or known

    async def _fingerprint(self, node_id: str, node: Json, facts: NodeFacts) -> Any:
        """Asked for once in a prompt; a stored ``is_changed`` stands for it."""
        if not facts.fingerprints:
            return False
        if "is_changed" in node:
            return node["is_changed"]
        given = {
            name: [None] if is_link(value) else [value]
            for name, value in self.inputs(node_id).items()
            if name in facts.inputs or is_link(value)
        }
        given |= hook_inputs(facts, node_id)
        unknown = frozenset(name for name in given if is_link(self.inputs(node_id).get(name)))
        call = Call(self.prompt_id, node_id, facts.class_type, given, missing=unknown)
        return await self._nodes.fingerprint(call)
