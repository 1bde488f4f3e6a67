"""The worker's answer to ``exercise``: one case of one node, its hooks, and its relations."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

from reference_runtime.exercise.crossing import Crossing, Trial
from reference_runtime.exercise.facts import Case
from reference_runtime.exercise.hooks import Hooks
from reference_runtime.exercise.invoking import Subject, subject_of
from reference_runtime.exercise.observe import Run, Surroundings, blank, make_inputs, run_case
from reference_runtime.exercise.relations import kept, relate
from reference_runtime.loading.loaded import Candidate, Loaded
from reference_runtime.recipes import making


class UnknownNode(LookupError):
    """The loaded pack has no such node."""


class Unproduced(Exception):
    """The node that an input comes from gave nothing for it."""


class Exercise:
    """Runs nodes of one loaded pack on cases."""

    def __init__(self, loaded: Loaded, around: Surroundings) -> None:
        self._loaded, self.around = loaded, around
        self._subjects: dict[tuple[str, str], Subject] = {}
        self._last: tuple[Subject, Case, Run] | None = None
        self._crossing = Crossing()
        making.produce = self._produce
        _import_torch()
        gc.freeze()  # what stays for ever need not be looked through after each run

    def run(self, params: dict[str, Any]) -> dict[str, Any]:
        """``params``: ``key`` and ``class_name`` of the node, ``case``, and ``linked``: whether
        hooks are also called as for links.
        """
        self._last = None
        subject = self.subject(params["key"], params["class_name"])
        run = self._first(subject, params["case"], params["linked"])
        self._last = (subject, params["case"], run)
        return {"facts": run.facts}

    def relate(self, params: dict[str, Any]) -> dict[str, Any]:
        """Run the last case again. ``params``: the ``name`` of the relation, an ``other`` case."""
        if self._last is None:
            raise UnknownNode("no case was run before")
        subject, case, run = self._last
        return {
            "relation": relate(self.around, subject, case, run, params["name"], params["other"])
        }

    def cross(self, params: dict[str, Any]) -> dict[str, Any]:
        """One step of ``crossing``. ``params``: ``key`` and ``class_name`` of the node, ``step``,
        ``case``, ``others`` (cases beside it), ``calls`` (how many "flat" makes).
        """
        subject = self.subject(params["key"], params["class_name"])
        case, others, calls = params["case"], params["others"], params["calls"]
        trial = Trial(self.around, subject, case, others, calls)
        return {"crossing": self._crossing.cross(params["step"], trial)}

    def _produce(self, recipe: Mapping[str, Any]) -> Any:
        """What a node gives in one output on the recipe's inputs. Raises Unproduced."""
        subject = self.subject(recipe["node"], recipe["class_name"])
        case: Case = {
            "id": "produced", "phase": "systematic", "inputs": dict(recipe["inputs"]),
            "capped": [], "absent": [],
        }  # fmt: skip
        run = run_case(self.around, subject, case)
        values = run.returned.values if run.returned is not None else None
        if run.facts["outcome"] != "returned" or values is None or len(values) <= recipe["output"]:
            failure = run.facts["failure"]
            reason = failure["message"] if failure else run.facts["reason"]
            raise Unproduced(f"{recipe['node']} gave none: {run.facts['outcome']} {reason}")
        return values[recipe["output"]]

    def _first(self, subject: Subject, case: Any, linked: bool) -> Run:
        facts, refusal = self._ask_hooks(subject, case, linked)
        if refusal is not None:
            run = Run(blank(subject))
            run.facts["outcome"], run.facts["reason"] = "refused", refusal
        else:
            run = kept(run_case(self.around, subject, case))
        run.facts["hooks"] = facts
        return run

    def _ask_hooks(self, subject: Subject, case: Any, linked: bool) -> Any:
        """Facts of the hooks, and what the validator says against the case, if anything."""
        try:
            inputs = make_inputs(subject, case)
        except Exception:
            return [], None  # the run itself tells
        hooks = Hooks(subject, self.around.place, self.around.loop)
        facts = hooks.facts(inputs, linked=linked)
        for hook in facts:
            if hook["role"] == "validate_inputs" and hook["variant"] == "constants":
                if hook["failure"] is not None:
                    return facts, f"the validator raised {hook['failure']['type']}"
                if not hook["accepted"]:
                    return facts, f"the validator gave {str(hook['value'])[:500]}"
        return facts, None

    def subject(self, key: str, class_name: str) -> Subject:
        """The loaded node. Raises UnknownNode."""
        place = (key, class_name)
        if place not in self._subjects:
            self._subjects[place] = subject_of(self._class(key, class_name), key)
        return self._subjects[place]

    def _class(self, key: str, class_name: str) -> Any:
        for candidate in reversed(self._loaded.candidates):
            named = candidate.cls.__qualname__ == class_name
            if named and (candidate.key or _declared_key(candidate)) == key:
                return candidate.cls
        raise UnknownNode(f"the pack has no node {key!r} of class {class_name}")


def _declared_key(candidate: Candidate) -> str | None:
    try:
        return str(candidate.cls.GET_SCHEMA().node_id)
    except Exception:
        return None


def _import_torch() -> None:
    """A host has it; it must not be imported, and its threads not begin, inside a node's call."""
    try:
        import torch
    except ImportError:
        return
    # One thread: several workers share the machine, and sums don't depend on how work was split.
    torch.set_num_threads(1)
    torch.ones(2) @ torch.ones(2)
