"""The cases of one node, run one after another as long as its share of the budget lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from reference_runtime.exercise.budget import NodeBudget
from reference_runtime.exercise.facts import Case, CaseRecord, NodeExecution, RelationName
from reference_runtime.exercise.runner import Exerciser, Request
from studio_conformance.subject import Node

if TYPE_CHECKING:
    from studio_conformance.strategies.plan import Plan

FIRST: tuple[RelationName, ...] = ("again", "other_rng", "other_path", "growth")
SECOND: tuple[RelationName, ...] = ("other_rng", "same_instance")
"""Further runs of the first and of the second case that gives something: the instance that ran the
first must run the second like a new one."""
AGAIN: tuple[RelationName, ...] = ("other_rng",)
REPEATED = 4
"""How many further cases of a node are run again with another state of the generators."""
GAVE = ("returned", "blocked")
DIED = ("crashed", "hung")
OF_FORM = (
    "AssertionError", "IndexError", "KeyError", "RuntimeError", "TypeError", "UnboundLocalError",
    "ValueError", "ZeroDivisionError",
)  # fmt: skip
"""What nodes raise on tensors of a form that they are not made for."""
LARGE_SECONDS, LARGE_TIMES = 2.0, 20.0
"""Deadline of a run at an upper bound: so long, and so many times what the first run took."""
MAX_DEATHS = 2
"""A node that ended so many workers is not run further: each costs a new one."""
Draw = Callable[[int], Iterable[Case]]
"""Gives random cases, at most as many as it is asked for."""
_DRAWING = Lock()
"""Random cases are drawn by a library that is not made for several threads."""


@dataclass
class Series:
    """``share`` and ``exerciser`` may be others in each round."""

    node: Node
    exerciser: Exerciser
    share: NodeBudget
    execution: NodeExecution
    gave: int = 0
    """How many cases gave something."""
    deaths: int = 0
    first: CaseRecord | None = None
    """The first case that gave something."""
    waiting: list[Case] = field(default_factory=list)
    """Systematic cases that were not run yet."""
    _tried_otherwise: bool = False

    def add(self, cases: list[Case]) -> None:
        """Plan systematic cases, large ones last."""
        self.execution["planned"] += len(cases)
        self.waiting += sorted(cases, key=_is_large)

    def until_one_gives(self) -> None:
        """Run what waits up to the first case that gives something."""
        while not self.gave:
            if not self._run_next():
                return

    def rest(self) -> None:
        """Run what waits."""
        while self._run_next():
            pass

    def leave_rest(self) -> None:
        """Count what still waits as not reached."""
        if self.waiting:
            self._leave(len(self.waiting))
            self.waiting = []

    def _run_next(self) -> bool:
        """Whether a case was run; else there is none, or no time for it."""
        if not self.waiting or self.share.spent or self.deaths >= MAX_DEATHS:
            return False
        self.run(self.waiting.pop(0))
        return True

    def otherwise(self, plan: Plan) -> Plan:
        """Try the plan's other forms where the usual one may be what the node fails of.

        The first form in which the defaults give something takes the plan's place, and all its
        cases are run: what fails for the sake of a widget fails there again. What was run before
        is dropped. That gives up one kind of finding: that a node made for batches, for videos or
        for lists of numbers fails on one picture, a picture's latent or one number.
        """
        if self.gave or self.waiting or self._tried_otherwise:
            return plan
        self._tried_otherwise = True
        for other in plan.otherwise:
            if self.share.spent or self.deaths or not _may_be_form(self.execution["cases"]):
                break
            before = self.execution["cases"]
            self.execution["cases"] = []
            self.run(other.systematic[0])
            if self.gave:
                self.execution["planned"] = 1
                self.add(other.systematic[1:])
                return other
            self.execution["cases"] = before
        return plan

    def at_random(self, draw: Draw, number: int) -> None:
        """Run ``number`` random cases, less those that differ in nothing from a case before.

        They are the first to be left when other nodes need the time, but where no systematic case
        gave anything.
        """
        if self._had_enough:
            self.execution["planned"] += number
            self._leave(number)
            return
        with _DRAWING:
            drawn = [*draw(number)]
        known = [record["case"]["inputs"] for record in self.execution["cases"]]
        cases = [case for case in drawn if case["inputs"] not in known]
        self.execution["planned"] += len(cases)
        for index, case in enumerate(cases):
            if self._had_enough:
                self._leave(len(cases) - index)
                return
            self.run(case)

    @property
    def _had_enough(self) -> bool:
        """Whether random cases are to be left."""
        return bool(self.deaths) or (self.share.generous if self.gave else self.share.spent)

    def run(self, case: Case) -> None:
        """Run one case and keep what was seen; one that the end of the budget cut was not run."""
        request = Request(
            self.node.key,
            self.node.facts["class_name"],
            case,
            self._relations(case),
            self.first and self.first["case"],
            linked=not self.gave,
            seconds=self._deadline(case),
        )
        record = self._record(request)
        outcome = record["facts"]["outcome"]
        if outcome == "not_run" and self.share.whole.spent:
            self._leave(1)
            return
        self.gave += outcome in GAVE
        if self.first is None and outcome in GAVE:
            self.first = record
        self.deaths += MAX_DEATHS if outcome in DIED and _is_large(case) else outcome in DIED
        self.execution["cases"].append(record)

    def _deadline(self, case: Case) -> float | None:
        """A large number may just take long: it is given less time than one that is usual."""
        if self.first is None or not _is_large(case):
            return None
        return LARGE_SECONDS + LARGE_TIMES * self.first["facts"]["seconds"]

    def _relations(self, case: Case) -> tuple[RelationName, ...]:
        batch: tuple[RelationName, ...] = ("split_batch",) if _is_batch(case) else ()
        if self.gave < 2:
            return (FIRST, SECOND)[self.gave] + batch
        return (AGAIN if self.gave <= REPEATED else ()) + batch

    def _record(self, request: Request) -> CaseRecord:
        from reference_runtime.recipes import text
        from studio_conformance.snippets import snippet_of

        answer = self.exerciser.run(request)
        return {
            "case": request.case,
            "facts": answer.facts,
            "relations": answer.relations,
            "text": ", ".join(f"{n}={text(r)}" for n, r in request.case["inputs"].items()),
            "snippet": snippet_of(self.exerciser.spec, self.node, request.case),
        }

    def _leave(self, number: int) -> None:
        self.execution["not_reached"] += number
        if not self.execution["cases"]:
            self.execution["reason"] = self.share.reason()


def _may_be_form(records: list[CaseRecord]) -> bool:
    """Whether the form of the inputs may be why the defaults failed.

    They ran, and what they raised is of a kind that wrong shapes raise. A clear rejection may be
    one of shapes too. What is lacking, a missing name or a dead worker is none.
    """
    facts = next((r["facts"] for r in records if r["case"]["id"] == "defaults"), None)
    failure = facts["failure"] if facts is not None and facts["outcome"] == "raised" else None
    if failure is None or failure["rejection"] in ("environment", "host"):
        return False
    return failure["stage"] == "execute" and failure["type"].rpartition(".")[2] in OF_FORM


def _is_large(case: Case) -> bool:
    """Whether the case puts a number at its upper bound: such cases come last, and cost most."""
    return case["id"].startswith("max:")


def _is_batch(case: Case) -> bool:
    """Whether some input is a batch of more than one."""
    recipes = [recipe for recipe in case["inputs"].values() if isinstance(recipe, dict)]
    shapes = [recipe.get("shape") or [1] for recipe in recipes]
    return any(len(shape) > 2 and shape[0] > 1 for shape in shapes)
