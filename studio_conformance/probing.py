"""Tries ways out of a node through its text inputs, after its cases were run: for family SANDBOX.

The share of a node is spent on its inputs in order. A payload that ends the worker is a finding;
the next one is tried in a new worker.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from reference_runtime.escapes.facts import EscapeFacts, EscapesFacts
from reference_runtime.exercise.budget import NodeBudget
from reference_runtime.exercise.facts import Case, NodeExecution
from reference_runtime.exercise.runner import Exerciser, Probe, ProbeEnded
from studio_conformance.subject import Node
from studio_conformance.texts import text_inputs

REQUEST_SECONDS = 2.0
"""How long one request lasts: a worker that gives no answer is noticed so much later."""
SLOW_SECONDS = 0.02
INPUT_SECONDS = 6.0
"""Once the payloads for one input have taken so long, the rest is left."""
MAX_DEATHS = 2
"""An input through which so many workers ended is not tried further."""
GRANTS: dict[str, tuple[str, ...]] = {
    "read": ("read", "list", "exists", "link"),
    "write": ("write", "list", "exists", "link"),
}
"""What comes with an input that is declared a path to be read, or to be written."""
_DOING = re.compile(r": (\d+) (\S+)$")


@dataclass(frozen=True)
class Attempts:
    """All payloads for one node. ``declared``: what the settings let an input reach."""

    node: Node
    exerciser: Exerciser
    share: NodeBudget
    execution: NodeExecution
    cases: list[Case]
    declared: Mapping[str, str]

    def run(self) -> None:
        """Try, and keep what was seen, as long as the share lasts."""
        names = text_inputs(self.node)
        started = time.monotonic()
        facts: EscapesFacts = {
            "inputs": names, "found": [], "tried": 0, "left": {}, "confinement": "",
            "enforced": False, "declared": self._declared(names), "seconds": 0.0,
        }  # fmt: skip
        self.execution["escapes"] = facts
        case = self._base()
        if case is None or not names:
            return
        for name in names:
            self._try(name, case, facts)
        facts["seconds"] = time.monotonic() - started

    def _declared(self, names: list[str]) -> dict[str, str]:
        found = {name: self.declared.get(f"{self.node.key}.{name}") for name in names}
        return {name: access for name, access in found.items() if access}

    def _base(self) -> Case | None:
        """The first case that gave something, the fastest where it was slow; else the first."""
        records = self.execution["cases"]
        gave = [each for each in records if each["facts"]["outcome"] in ("returned", "blocked")]
        if gave and gave[0]["facts"]["seconds"] > SLOW_SECONDS:
            gave.sort(key=lambda each: each["facts"]["seconds"])
        return next(iter([*(each["case"] for each in (*gave, *records)), *self.cases]), None)

    def _try(self, name: str, case: Case, facts: EscapesFacts) -> None:
        if name not in case["inputs"]:
            case = {**case, "inputs": {**case["inputs"], name: self._empty(case)}}
        begin: int | None = 0
        deaths = 0
        granted = GRANTS.get(facts["declared"].get(name, ""), ())
        ends = time.monotonic() + INPUT_SECONDS
        while begin is not None:
            left = min(ends - time.monotonic(), self.share.ends - self.share.whole.clock())
            if left <= 0:
                facts["left"][name] = self._why_left()
                return
            seconds = min(REQUEST_SECONDS, left)
            request = Probe(
                self.node.key, self.node.facts["class_name"], case, name, begin, seconds, granted
            )
            try:
                done = self.exerciser.probe(request)
            except ProbeEnded as ended:
                begin = self._after(ended, name, facts)
                deaths += 1
                if begin is None or deaths >= MAX_DEATHS:
                    facts["left"][name] = str(ended)
                    return
                continue
            enforced = self.exerciser.enforced
            facts["confinement"], facts["enforced"] = enforced.line, enforced.holds
            facts["found"] += [each for each in done["found"] if _is_new(each, facts["found"])]
            facts["tried"] += done["tried"]
            begin = done["next"]

    def _why_left(self) -> str:
        if self.share.spent:
            return self.share.reason()
        return f"the payloads before took {INPUT_SECONDS:g} s"

    def _empty(self, case: Case) -> object:
        """An empty text, in a list where the node takes lists."""
        wrapped = case["inputs"] and all("list" in r for r in case["inputs"].values())
        return {"list": [{"value": ""}]} if wrapped else {"value": ""}

    def _after(self, ended: ProbeEnded, name: str, facts: EscapesFacts) -> int | None:
        """Number of the payload to go on with; None when there is no going on."""
        doing = _DOING.search(ended.doing)
        if not ended.fatal or doing is None:
            return None
        found: EscapeFacts = {
            "input": name, "kind": "died", "payload": doing[2], "value": "", "event": "",
            "target": "", "file": None, "line": None, "proof": str(ended), "over_link": False,
        }  # fmt: skip
        if _is_new(found, facts["found"]):
            facts["found"].append(found)
        return int(doing[1]) + 1


def _is_new(escape: EscapeFacts, found: list[EscapeFacts]) -> bool:
    known = {(each["input"], each["kind"]) for each in found}
    return (escape["input"], escape["kind"]) not in known
