"""What isolation makes of a node, tried after its cases were run: for the checks of family RPC."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from reference_runtime.exercise.budget import Budget, NodeBudget
from reference_runtime.exercise.facts import (
    Case,
    CaseFacts,
    CaseRecord,
    CrossingFacts,
    Difference,
    NodeExecution,
    Step,
)
from reference_runtime.exercise.runner import Crossing, Exerciser, Limits, Request
from reference_runtime.runtime import PackSpec
from studio_conformance.crossing_digests import unlike
from studio_conformance.subject import Node

STEPS: tuple[Step, ...] = ("wire", "standard", "kept", "together", "flat")
"""Tried with the first case that gave something."""
WIRED, WIRED_SECONDS = 2, 0.2
"""How many cases go over the wire, of a node whose call takes less than so long."""
OTHERS = 2
"""Cases that stand beside the first where a step needs some."""
CROSS_SECONDS = 2.0
"""Once the steps of a node have taken so long, no more are begun."""
OTHER_HASH_SEED = 1


class TwinWorker:
    """A second worker of the pack, with another hash seed, in a thread of its own.

    ``close`` it. It is started by the first question.
    """

    def __init__(self, spec: PackSpec, limits: Limits, budget: Budget) -> None:
        self._exerciser = Exerciser(spec, None, limits, OTHER_HASH_SEED, budget)
        self._thread = ThreadPoolExecutor(1, "twin-worker")

    def ask(self, request: Request) -> Future[CaseFacts]:
        """The facts of the case there, sooner or later."""
        return self._thread.submit(lambda: self._exerciser.run(request).facts)

    def close(self) -> None:
        self._exerciser.stop()
        self._thread.shutdown(cancel_futures=True)
        self._exerciser.close()


@dataclass(frozen=True)
class Attempt:
    """All steps for one node. ``cases``: those planned, to stand beside the first."""

    node: Node
    exerciser: Exerciser
    twin: TwinWorker
    share: NodeBudget
    execution: NodeExecution
    cases: list[Case]
    calls: int

    def run(self) -> None:
        """Try every step and keep what was seen, as long as the share of the budget lasts."""
        gave = [r for r in self.execution["cases"] if r["facts"]["outcome"] == "returned"]
        found: list[CrossingFacts] = []
        self.execution["crossings"], self.execution["crossings_left"] = found, ""
        if not gave:
            return
        began = self.share.seconds
        elsewhere = self.twin.ask(self._again(gave[0]["case"]))
        for request in self._requests(gave):
            reason = _enough(found) or self._spent(began)
            if reason:
                self.execution["crossings_left"] = reason
                break
            found.append(self.exerciser.cross(request))
        found.append(compared(gave[0], elsewhere.result()))

    def _spent(self, began: float) -> str:
        """Why there is no time for another step; empty when there is."""
        if self.share.spent:
            return self.share.reason()
        slow = self.share.seconds - began > CROSS_SECONDS
        return f"the steps before took more than {CROSS_SECONDS:g} s" if slow else ""

    def _requests(self, gave: list[CaseRecord]) -> Iterator[Crossing]:
        first = gave[0]["case"]
        others = self._others(gave)
        for step in STEPS:
            yield self._request(step, first, others)
        if gave[0]["facts"]["seconds"] > WIRED_SECONDS:
            return
        for record in gave[1:WIRED]:
            yield self._request("wire", record["case"], [])

    def _request(self, step: Step, case: Case, others: list[Case]) -> Crossing:
        facts = self.node.facts
        return Crossing(self.node.key, facts["class_name"], step, case, others, self.calls)

    def _others(self, gave: list[CaseRecord]) -> list[Case]:
        """Cases with other inputs, first those that differ in no shape: what is kept fits them.

        Upper bounds are left out: they may take long, and much memory.
        """
        first = gave[0]["case"]
        run = {record["case"]["id"] for record in self.execution["cases"]}
        known = [record["case"] for record in gave[1:]]
        known += [case for case in self.cases if case["id"] not in run]
        known = [case for case in known if not case["id"].startswith("max:")]
        others = [case for case in known if case["inputs"] != first["inputs"]]
        nearest = sorted(others, key=lambda case: _shapes(case) != _shapes(first))
        return [_all_at_once(first, nearest), *nearest][:OTHERS] if nearest else []

    def _again(self, case: Case) -> Request:
        return Request(self.node.key, self.node.facts["class_name"], case)


def _all_at_once(first: Case, others: list[Case]) -> Case:
    """Another value for each input that has one in some other case, of one shape if possible."""
    inputs = dict(first["inputs"])
    for name, recipe in first["inputs"].items():
        found = [case["inputs"][name] for case in others if name in case["inputs"]]
        inputs[name] = next((other for other in found if other != recipe), recipe)
    return {**first, "id": "others", "inputs": inputs}


def _shapes(case: Case) -> Any:
    return _without_contents(case["inputs"])


def _without_contents(recipe: Any) -> Any:
    if isinstance(recipe, dict):
        dropped = ("value", "seed", "fill")
        return {key: _without_contents(part) for key, part in recipe.items() if key not in dropped}
    return [_without_contents(part) for part in recipe] if isinstance(recipe, list) else recipe


def _enough(found: list[CrossingFacts]) -> str:
    died = next((each for each in found if each["outcome"] == "died"), None)
    return f"its worker ended at step {died['step']}: {died['reason']}" if died else ""


def compared(record: CaseRecord, there: CaseFacts) -> CrossingFacts:
    """The same case in two workers. Only what two runs in one worker agree about can be told."""
    facts: CrossingFacts = {
        "step": "twin", "case": record["case"]["id"], "outcome": "done", "reason": "",
        "losses": [], "differences": [],
    }  # fmt: skip
    again = [each for each in record["relations"] if each["name"] in ("again", "other_rng")]
    if not again or any(each["outcome"] != "agrees" for each in again):
        facts["outcome"], facts["reason"] = "not_comparable", "two equal runs do not agree"
    elif there["outcome"] in ("not_run", "hung"):
        facts["outcome"], facts["reason"] = "not_comparable", there["reason"]
    elif there["outcome"] != record["facts"]["outcome"]:
        ends = f"{record['facts']['outcome']} and {there['outcome']}"
        facts["differences"] = [_difference("outcome", ends)]
    else:
        pairs = unlike(record["facts"], there)
        facts["differences"] = [_difference(path, what) for path, what in pairs]
    return facts


def _difference(path: str, what: str) -> Difference:
    return {"path": path, "what": what, "max_abs": None, "max_rel": None}
