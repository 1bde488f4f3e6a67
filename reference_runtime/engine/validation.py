"""Whether a prompt may run: whole-prompt rules, then each output with all that leads to it.

Source of the rules: facts of the host's validation. Values of widgets are converted in the prompt
itself. A chain of any length validates: the walk keeps its own stack.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.engine import errors
from reference_runtime.engine.hidden import hidden_values, hook_inputs
from reference_runtime.engine.links import compatible, is_link
from reference_runtime.engine.nodehost import Call, InputFacts, NodeFacts, NodeHost
from reference_runtime.levels import ACTIVE

Json = dict[str, Any]
CASTS: dict[str, Any] = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}


@dataclass
class Validated:
    """``error`` is None when at least one output may run."""

    error: Json | None
    outputs: list[str] = field(default_factory=list)
    """Output nodes that may run, in the order of the prompt."""
    node_errors: Json = field(default_factory=dict)


@dataclass
class _Judged:
    """What validating one node gave. ``valid`` is False also when only a linked node is bad."""

    valid: bool
    errors: list[Json] = field(default_factory=list)


class _Cycle(Exception):
    """The links of a prompt lead back to a node that is being validated."""


async def validate_prompt(
    prompt_id: str, prompt: Json, nodes: NodeHost, targets: list[str] | None = None
) -> Validated:
    """Judge ``prompt``; ``targets``: ids of the output nodes wanted, None for all."""
    walk = _Walk(prompt_id, prompt, nodes)
    outputs: list[str] = []
    for node_id, node in prompt.items():
        facts = await walk.facts(node)
        if facts is None:
            return Validated(_unusable(node_id, node))
        if facts.is_output and (targets is None or node_id in targets):
            outputs.append(node_id)
    if not outputs:
        return Validated(errors.error("prompt_no_outputs", "Prompt has no outputs", ""))
    return await _outputs(walk, outputs)


def _unusable(node_id: str, node: Any) -> Json:
    details = f"Node ID '#{node_id}'"
    if not isinstance(node, dict) or "class_type" not in node:
        message = "Cannot execute because a node is missing the class_type property."
    else:
        message = f"Cannot execute because node {node['class_type']} does not exist."
    return errors.error("invalid_prompt", message, details)


async def _outputs(walk: _Walk, outputs: list[str]) -> Validated:
    good: list[str] = []
    node_errors: Json = {}
    own: list[str] = []
    for node_id in outputs:
        judged = await walk.output(node_id)
        if judged.valid:
            good.append(node_id)
            continue
        own += [f"{each['message']}: {each['details']}" for each in judged.errors]
        for bad_id, bad in walk.judged.items():
            if bad.errors:
                entry = node_errors.setdefault(bad_id, walk.entry(bad_id, bad))
                entry["dependent_outputs"].append(node_id)
    if good:
        return Validated(None, good, node_errors)
    kind, message = "prompt_outputs_failed_validation", "Prompt outputs failed validation"
    return Validated(errors.error(kind, message, "\n".join(own)), [], node_errors)


class _Walk:
    """One pass over a prompt; each node is judged once."""

    def __init__(self, prompt_id: str, prompt: Json, nodes: NodeHost) -> None:
        self.prompt_id = prompt_id
        self.prompt = prompt
        self.nodes = nodes
        self.judged: dict[str, _Judged] = {}
        self._known: dict[str, NodeFacts | None] = {}

    async def facts(self, node: Any) -> NodeFacts | None:
        """What the node's class declares; asked once per class, unless it depends on values."""
        if not isinstance(node, dict) or "class_type" not in node:
            return None
        class_type = node["class_type"]
        if class_type not in self._known:
            self._known[class_type] = await self.nodes.facts(class_type)
        known = self._known[class_type]
        if known is None or not known.dynamic:
            return known
        return await self.nodes.facts(class_type, constants_of(node))

    def entry(self, node_id: str, judged: _Judged) -> Json:
        class_type = self.prompt[node_id]["class_type"]
        return {"errors": judged.errors, "dependent_outputs": [], "class_type": class_type}

    async def output(self, node_id: str) -> _Judged:
        """Judge an output node and all that leads to it."""
        try:
            return await self._with_ancestors(node_id)
        except _Cycle:
            # The host has no word for it up to 0.3.71 (Q9).
            strict = ACTIVE.mode == "strict"
            found = [errors.error("dependency_cycle", "Dependency cycle detected", node_id)]
            self.judged[node_id] = _Judged(False, found if strict else [])
        except Exception as error:
            self.judged[node_id] = _Judged(False, [errors.broke(error)])
        return self.judged[node_id]

    async def _with_ancestors(self, node_id: str) -> _Judged:
        """Runs ``_node`` for a node, and for each node it asks about, without recursion."""
        if node_id in self.judged:
            return self.judged[node_id]
        stack = [(node_id, self._node(node_id))]
        under_way = {node_id}
        answer: _Judged | None = None
        problem: Exception | None = None
        while stack:
            current, steps = stack[-1]
            try:
                asked = await _resume(steps, answer, problem)
            except StopAsyncIteration:
                answer, problem = self.judged[current], None
                under_way.discard(stack.pop()[0])
                continue
            except _Cycle:
                raise
            except Exception as error:
                answer, problem = None, error
                under_way.discard(stack.pop()[0])
                if not stack:
                    raise
                continue
            answer, problem = self.judged.get(asked), None
            if answer is None:
                if asked in under_way:
                    raise _Cycle
                under_way.add(asked)
                stack.append((asked, self._node(asked)))
        assert answer is not None
        return answer

    async def _node(self, node_id: str) -> AsyncGenerator[str, _Judged]:
        """Judges one node; yields the ids of linked nodes and is sent what came of them."""
        node = self.prompt[node_id]
        inputs = node["inputs"]
        facts = await self.facts(node)
        assert facts is not None
        found = _Judged(True)
        received: dict[str, Any] = {}
        for name, declared in facts.inputs.items():
            if name not in inputs:
                if declared.group == "required":
                    found.errors.append(errors.missing(name))
                continue
            value = inputs[name]
            if not isinstance(value, list):
                self._constant(facts, inputs, name, found)
            elif len(value) != 2:
                found.errors.append(errors.bad_link(name, declared, value))
            elif await self._link(facts, name, value, received, found):
                try:
                    linked = yield value[0]
                    found.valid &= linked.valid
                except _Cycle:
                    raise
                except Exception as error:
                    found.valid = False
                    inner = errors.broke_inside(name, declared, value, error)
                    self.judged[value[0]] = _Judged(False, [inner])
        found.errors += await self._custom(node_id, facts, inputs, received)
        found.valid = found.valid and not found.errors
        self.judged[node_id] = found

    async def _link(
        self, facts: NodeFacts, name: str, link: Any, received: dict[str, Any], found: _Judged
    ) -> bool:
        """Whether the linked node is to be judged. Raises what a dangling link raises."""
        declared = facts.inputs[name]
        linked = await self.facts(self.prompt[link[0]])
        assert linked is not None
        kind = list(linked.outputs)[link[1]]
        received[name] = kind.text
        if "input_types" in facts.validates or compatible(kind, declared.type):
            return True
        found.errors.append(errors.mismatch(name, declared, kind.text, link))
        return False

    def _constant(self, facts: NodeFacts, inputs: Json, name: str, found: _Judged) -> None:
        """Convert a constant in the prompt and look at its range."""
        declared = facts.inputs[name]
        value = inputs[name]
        try:
            if isinstance(value, dict) and "__value__" in value:
                value = inputs[name] = value["__value__"]
            cast = CASTS.get(declared.type.text) if isinstance(declared.type.text, str) else None
            if cast is not None:
                value = inputs[name] = cast(value)
        except Exception as error:
            found.errors.append(errors.bad_value(name, declared, value, error))
            return
        if not (name in facts.validates or facts.validates_all):
            found.errors += _out_of_range(name, declared, value)

    async def _custom(
        self, node_id: str, facts: NodeFacts, inputs: Json, received: dict[str, Any]
    ) -> list[Json]:
        """What the node's own validator says: one copy per input that it was given (Q10)."""
        if not facts.has_validator:
            return []
        known = {name: [None] if is_link(v) else [v] for name, v in inputs.items()}
        given = {name: v for name, v in known.items() if name in facts.inputs}
        given |= hook_inputs(facts, node_id)
        given = {n: v for n, v in given.items() if n in facts.validates or facts.validates_all}
        types = received if "input_types" in facts.validates else None
        hidden = hidden_values(facts, node_id, {}, {}, None) if facts.is_v3 else {}
        unknown = frozenset(name for name in given if is_link(inputs.get(name)))
        call = Call(self.prompt_id, node_id, facts.class_type, given, hidden, unknown)
        results = await self.nodes.validate(call, types)
        names = [*given, *(["input_types"] if types is not None else [])]
        return [errors.refused(name, r) for name in names for r in results if r is not True]


async def _resume(
    steps: AsyncGenerator[str, _Judged], answer: _Judged | None, problem: Exception | None
) -> str:
    if problem is not None:
        return await steps.athrow(problem)
    return await (steps.__anext__() if answer is None else steps.asend(answer))


def _out_of_range(name: str, declared: InputFacts, value: Any) -> list[Json]:
    options, kind = declared.options, declared.type.text
    if "min" in options and value < options["min"]:
        return [errors.too_small(name, declared, value)]
    if "max" in options and value > options["max"]:
        return [errors.too_big(name, declared, value)]
    if isinstance(kind, list) and value not in kind:
        return [errors.not_listed(name, declared, value)]
    return []


def constants_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """The node's inputs that are no links."""
    return {name: v for name, v in (node.get("inputs") or {}).items() if not is_link(v)}
