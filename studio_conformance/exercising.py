"""Runs the nodes of a pack when checks ask what was seen of them.

Systematic cases come first, random ones after, within the budget. The first case that gives
something is also run in the other ways that ought to make no difference.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from reference_runtime.exercise.budget import Budget, NodeBudget
from reference_runtime.exercise.facts import (
    Case,
    CaseRecord,
    NodeExecution,
    RelationName,
)
from reference_runtime.exercise.runner import Exerciser, Journal, Limits, Request
from reference_runtime.isolation.signals import cleaning_before_termination
from reference_runtime.runtime import PackSpec
from studio_conformance.config import Settings
from studio_conformance.crew import Crew
from studio_conformance.crossing import Attempt, TwinWorker
from studio_conformance.kept import Replay
from studio_conformance.subject import Node

if TYPE_CHECKING:
    from studio_conformance.session import PackRun
    from studio_conformance.strategies.plan import Plan

CALL_SECONDS = 10.0
"""The longest that one call of a node may take, where the timeout of requests is not shorter."""
NODE_SECONDS = 10.0
"""The share of one node in the budget, at most."""
FIRST: tuple[RelationName, ...] = ("again", "other_rng", "other_path", "growth")
SECOND: tuple[RelationName, ...] = ("other_rng", "same_instance")
"""Further runs of the first and of the second case that gives something: the instance that ran the
first must run the second like a new one."""
AGAIN: tuple[RelationName, ...] = ("other_rng",)
RANDOM_PART = 4
"""At least every so manieth of the cases wished for is a random one."""
OF_FORM = (
    "AssertionError", "IndexError", "KeyError", "RuntimeError", "TypeError", "UnboundLocalError",
    "ValueError", "ZeroDivisionError",
)  # fmt: skip
"""What nodes raise on tensors of a form that they are not made for."""
FEW = 4
"""How many cases are run where no check of EXEC wants them."""
REPEATED = 4
"""How many further cases of a node are run again with another state of the generators."""
GAVE = ("returned", "blocked")
Draw = Callable[[int], Iterable[Case]]
"""Gives random cases, at most as many as it is asked for."""
_DRAWING = Lock()
"""Random cases are drawn by a library that is not made for several threads."""
DIED = ("crashed", "hung")
LARGE_SECONDS, LARGE_TIMES = 2.0, 20.0
"""Deadline of a run at an upper bound: so long, and so many times what the first run took."""
MAX_DEATHS = 2
"""A node that ended so many workers is not run further: each costs a new one."""


@dataclass(frozen=True)
class Wishes:
    """What the settings say about running nodes."""

    max_examples: int = 20
    """About how many cases of each node: random ones are added to the systematic ones up to this
    number. 0: no random ones."""
    fakes: bool = False
    only: dict[str, list[Case]] = field(default_factory=dict)
    """By key of a node: run these cases and no others."""
    run: bool = True
    """Checks want all cases; else the first few will do."""
    cross: bool = False
    """Checks want to know what isolation makes of a node."""
    calls: int = 20
    """How often a node is called to see what it holds on to."""


@dataclass
class Exercises:
    """All runs of the nodes of one pack; its workers live until ``close``.

    Nodes that are ``expected`` are run ahead, by several workers, from the first question on.
    """

    spec: PackSpec
    wishes: Wishes
    budget: Budget
    limits: Limits = field(default_factory=Limits)
    journal: Path | None = None
    done: dict[str, NodeExecution] = field(default_factory=dict)
    """By key of the node."""
    expected: list[Node] = field(default_factory=list)
    workers: int = 1
    _crew: Crew | None = None
    _twin: TwinWorker | None = None
    _ending: ExitStack = field(default_factory=ExitStack)
    _begun: int = 0
    """Nodes that have had their share, or part of it."""

    def __call__(self, node: Node) -> NodeExecution:
        """Run the node on its cases; never raises for what the node does."""
        if self._crew is None:
            self._ending.enter_context(cleaning_before_termination(self.close))
            self._twin = TwinWorker(self.spec, self.limits) if self.wishes.cross else None
            self._crew = Crew(self._new_exerciser, self._execution)
            self._crew.begin(self.expected, self.workers)
        execution = self._crew.result(node)
        self.done[node.key] = execution
        return execution

    def close(self) -> None:
        """End the workers; safe to call again. A later question starts new ones."""
        self._ending.close()
        crew, self._crew = self._crew, None
        twin, self._twin = self._twin, None
        if twin is not None:
            twin.close()  # Before those that wait for its answers.
        if crew is not None:
            crew.close()

    def _share(self) -> NodeBudget:
        self._begun += 1
        return self.budget.begin_node(max(len(self.expected) - self._begun, 0), self.workers)

    def _new_exerciser(self) -> Exerciser:
        return Exerciser(self.spec, self._journal, self.limits)

    @cached_property
    def _journal(self) -> Journal:
        return Journal(self.journal)

    def _execution(self, node: Node, exerciser: Exerciser) -> NodeExecution:
        from studio_conformance.strategies import plan_for

        execution = blank(node)
        plan = plan_for(node, fakes=self.wishes.fakes)
        execution["fakes"] = list(plan.fakes)
        execution["not_generable"] = list(plan.not_generable)
        only = self.wishes.only.get(node.key, [])
        if plan.not_generable and not self.wishes.only:
            return execution
        if self.budget.spent:
            execution["reason"] = self.budget.begin_node().reason()
        else:
            exerciser.prepare()  # starting a worker is no fault of the node that needs it
        share = self._share()
        series = _Series(node, exerciser, share, execution)
        systematic = plan.systematic if self.wishes.run else plan.systematic[:FEW]
        series.systematic(only or systematic)
        if not (only or series.gave):
            plan = series.otherwise(plan)
        if self._twin is not None:
            calls, cases = self.wishes.calls, plan.systematic
            Attempt(node, exerciser, self._twin, share, execution, cases, calls).run()
        if not only and plan.random is not None and self.wishes.run:
            series.at_random(plan.random, self._examples(execution))
        execution["seconds"] = share.seconds
        return execution

    def _examples(self, execution: NodeExecution) -> int:
        """How many random cases: up to the number wished for, and some in any case."""
        wished = self.wishes.max_examples
        return max(wished - execution["planned"], wished // RANDOM_PART)


def exercises_of(spec: PackSpec, settings: Settings, run: PackRun) -> Exercises:
    """How the nodes of this pack are run, by its settings."""
    budget = run.budget or Budget(settings.budget, min(NODE_SECONDS, settings.budget))
    families = {unit.family for unit in run.units if unit.node is not None}
    wishes = Wishes(
        settings.max_examples,
        settings.fakes,
        _cases(run.only),
        run="EXEC" in families,
        cross="RPC" in families and settings.isolation != "none",
        calls=settings.calls,
    )
    return Exercises(
        spec,
        wishes,
        budget,
        _limits(settings),
        run.journal,
        expected=run.expected,
        workers=run.workers,
    )


def _limits(settings: Settings) -> Limits:
    """A pack in this process is bound by none: nobody could end it but with all the rest."""
    if settings.isolation == "none":
        return Limits(seconds=math.inf, memory=sys.maxsize)
    return Limits(seconds=min(CALL_SECONDS, settings.timeout))


def _cases(replays: Iterable[Replay]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for replay in replays:
        cases = found.setdefault(replay.node, [])
        if replay.case not in cases:
            cases.append(replay.case)
    return found


def blank(node: Node) -> NodeExecution:
    """An execution in which nothing was run yet."""
    return {
        "node": node.key,
        "cases": [],
        "not_generable": [],
        "reason": "",
        "planned": 0,
        "not_reached": 0,
        "fakes": [],
        "seconds": 0.0,
    }


@dataclass
class _Series:
    """The cases of one node, one after another, as long as the budget lasts."""

    node: Node
    exerciser: Exerciser
    share: NodeBudget
    execution: NodeExecution
    gave: int = 0
    """How many cases gave something."""
    deaths: int = 0
    first: CaseRecord | None = None
    """The first case that gave something."""

    def systematic(self, cases: list[Case]) -> None:
        self.execution["planned"] += len(cases)
        for index, case in enumerate(sorted(cases, key=_is_large)):
            if self.share.spent or self.deaths >= MAX_DEATHS:
                self._leave(len(cases) - index)
                return
            self.run(case)

    def otherwise(self, plan: Plan) -> Plan:
        """Try the plan's other forms where the usual one may be what the node fails of.

        The first form in which the defaults give something takes the plan's place, and all its
        cases are run: what fails for the sake of a widget fails there again. What was run before
        is dropped. That gives up one kind of finding: that a node made for batches, for videos or
        for lists of numbers fails on one picture, a picture's latent or one number.
        """
        for other in plan.otherwise:
            if self.share.spent or self.deaths or not _may_be_form(self.execution["cases"]):
                break
            before = self.execution["cases"]
            self.execution["cases"] = []
            self.run(other.systematic[0])
            if self.gave:
                self.execution["planned"] = 1
                self.systematic(other.systematic[1:])
                return other
            self.execution["cases"] = before
        return plan

    def at_random(self, draw: Draw, number: int) -> None:
        """Run ``number`` random cases, less those that differ in nothing from a case before.

        They are the first to be left when other nodes need the time.
        """
        if self.share.generous or self.deaths:
            self.execution["planned"] += number
            self._leave(number)
            return
        with _DRAWING:
            drawn = [*draw(number)]
        known = [record["case"]["inputs"] for record in self.execution["cases"]]
        cases = [case for case in drawn if case["inputs"] not in known]
        self.execution["planned"] += len(cases)
        for index, case in enumerate(cases):
            if self.share.generous or self.deaths:
                self._leave(len(cases) - index)
                return
            self.run(case)

    def run(self, case: Case) -> CaseRecord:
        """Run one case and keep what was seen."""
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
        self.gave += record["facts"]["outcome"] in GAVE
        if self.first is None and record["facts"]["outcome"] in GAVE:
            self.first = record
        died = record["facts"]["outcome"] in DIED
        self.deaths += MAX_DEATHS if died and _is_large(case) else died
        self.execution["cases"].append(record)
        return record

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
