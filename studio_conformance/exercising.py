"""Runs the nodes of a pack when checks ask what was seen of them.

In a first round each node is run up to the first systematic case that gives something; the rest and
random cases come after, as far as the budget goes. The first case that gives something is also run
in the other ways that ought to make no difference.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reference_runtime.exercise.budget import Budget, NodeBudget
from reference_runtime.exercise.facts import Case, NodeExecution
from reference_runtime.exercise.runner import Exerciser, Journal, Limits, preload
from reference_runtime.isolation.signals import cleaning_before_termination
from reference_runtime.runtime import PackSpec
from studio_conformance.config import Settings
from studio_conformance.crew import Crew
from studio_conformance.crossing import OTHER_HASH_SEED, Attempt, TwinWorker
from studio_conformance.kept import Replay
from studio_conformance.series import Series
from studio_conformance.subject import Node

if TYPE_CHECKING:
    from reference_runtime.description import RouteFacts
    from reference_runtime.escapes.facts import RoutesFacts
    from studio_conformance.pack_run import PackRun
    from studio_conformance.strategies.given import OwnByKey
    from studio_conformance.strategies.plan import Plan

CALL_SECONDS = 10.0
"""The longest that one call of a node may take, where the timeout of requests is not shorter."""
RANDOM_PART = 4
"""At least every so manieth of the cases wished for is a random one."""
ROUNDS = 2
FEW = 4
"""How many cases are run where no check of EXEC wants them."""


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
    probe: bool = False
    """Checks want to know what gets out through a node's texts."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """By "Node.input": "read" or "write", what the input may reach anywhere."""
    calls: int = 20
    """How often a node is called to see what it holds on to."""
    own: OwnByKey = field(default_factory=dict)
    """Values that go before those made up here."""


@dataclass
class _Begun:
    """A node after its first round. ``series`` None: there is nothing to run."""

    plan: Plan
    execution: NodeExecution
    series: Series | None = None


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
    _crew: Crew[_Begun] | None = None
    _twin: TwinWorker | None = None
    _ending: ExitStack = field(default_factory=ExitStack)
    _begun: int = 0
    """Shares that nodes have had, or part of them."""

    def __call__(self, node: Node) -> NodeExecution:
        """Run the node on its cases; never raises for what the node does."""
        if self._crew is None:
            self.preload()
            self._ending.enter_context(cleaning_before_termination(self.close))
            if self.wishes.cross:
                self._twin = TwinWorker(self.spec, self.limits, self.budget)
            self._crew = Crew(self._new_exerciser, self._first_round, self._second_round)
            self._crew.begin(self.expected, self.workers)
        execution = self._crew.result(node)
        self.done[node.key] = execution
        return execution

    def preload(self) -> None:
        """Let what workers need be imported while something else is done; safe to call again."""
        preload(self.spec)
        if self.wishes.cross:
            preload(self.spec, OTHER_HASH_SEED)

    def call_routes(self, routes: list[RouteFacts]) -> RoutesFacts:
        """Call the routes in a worker of their own: nodes must not see what was left there."""
        from studio_conformance.probing_routes import RouteAttempts

        with Exerciser(
            self.spec, self._journal, self.limits, budget=self.budget, warm=False
        ) as exerciser:
            exerciser.prepare()
            share = self.budget.begin_node(self._rounds * len(self.expected), self.workers)
            return RouteAttempts(routes, exerciser, share).run()

    def close(self) -> None:
        """End the workers; safe to call again. A later question starts new ones."""
        self._ending.close()
        crew, self._crew = self._crew, None
        twin, self._twin = self._twin, None
        if twin is not None:
            twin.close()  # Before those that wait for its answers.
        if crew is not None:
            crew.close()

    def _new_exerciser(self) -> Exerciser:
        return Exerciser(self.spec, self._journal, self.limits, budget=self.budget)

    @cached_property
    def _journal(self) -> Journal:
        return Journal(self.journal)

    def _share(self) -> NodeBudget:
        """The next share: each node has one for each round, and one more for being probed."""
        self._begun += 1
        waiting = self._rounds * len(self.expected) - self._begun
        return self.budget.begin_node(max(waiting, 0), self.workers)

    @property
    def _rounds(self) -> int:
        """Shares that each node has: probing has one of its own."""
        return ROUNDS + self.wishes.probe

    def _first_round(self, node: Node, exerciser: Exerciser) -> _Begun:
        """Run the node's systematic cases up to the first one that gives something."""
        from studio_conformance.strategies import plan_for

        execution = blank(node)
        plan = plan_for(node, fakes=self.wishes.fakes, own=self.wishes.own)
        execution["fakes"] = list(plan.fakes)
        execution["not_generable"] = list(plan.not_generable)
        only = self.wishes.only.get(node.key, [])
        if plan.not_generable and not self.wishes.only:
            return _Begun(plan, execution)
        if self.budget.spent:
            execution["reason"] = self.budget.reason()
        exerciser.prepare()  # starting a worker is no fault of the node that needs it
        series = Series(node, exerciser, self._share(), execution)
        series.add(only or (plan.systematic if self.wishes.run else plan.systematic[:FEW]))
        series.until_one_gives()
        if not only:
            plan = series.otherwise(plan)
        execution["seconds"] = series.share.seconds
        return _Begun(plan, execution, series)

    def _second_round(self, begun: _Begun, exerciser: Exerciser) -> NodeExecution:
        """Run the rest of the node's cases, what isolation makes of it, and random cases."""
        plan, execution, series = begun.plan, begun.execution, begun.series
        if series is None:
            return execution
        only = bool(self.wishes.only.get(series.node.key))
        exerciser.prepare()
        series.exerciser, series.share = exerciser, self._share()
        series.rest()
        if not only:
            plan = series.otherwise(plan)
            series.rest()
        series.leave_rest()
        if self._twin is not None:
            calls, cases = self.wishes.calls, plan.systematic
            share, twin = series.share, self._twin
            Attempt(series.node, exerciser, twin, share, execution, cases, calls).run()
        if not only and plan.random is not None and self.wishes.run:
            series.at_random(plan.random, self._examples(execution))
        execution["seconds"] += series.share.seconds
        if self.wishes.probe:
            from studio_conformance.probing import Attempts

            share, paths = self._share(), self.wishes.paths
            Attempts(series.node, exerciser, share, execution, plan.systematic, paths).run()
            execution["seconds"] += share.seconds
        return execution

    def _examples(self, execution: NodeExecution) -> int:
        """How many random cases: up to the number wished for, and some in any case."""
        wished = self.wishes.max_examples
        return max(wished - execution["planned"], wished // RANDOM_PART)


def exercises_of(spec: PackSpec, settings: Settings, run: PackRun) -> Exercises:
    """How the nodes of this pack are run, by its settings."""
    families = {unit.family for unit in run.units if unit.node is not None}
    wishes = Wishes(
        settings.max_examples,
        settings.fakes,
        _cases(run.only),
        run="EXEC" in families,
        cross="RPC" in families and settings.isolation != "none",
        probe="SANDBOX" in families and settings.isolation != "none",
        paths=settings.paths,
        calls=settings.calls,
        own=settings.strategies,
    )
    return Exercises(
        spec,
        wishes,
        run.budget,
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
