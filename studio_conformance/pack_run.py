"""One pack in a run: loaded, its nodes run, what is planned for it judged.

Knows nothing of pytest; the plugin feeds it results.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

from reference_runtime.description import NodeDescription
from reference_runtime.exercise.budget import Budget
from reference_runtime.exercise.facts import NodeExecution
from reference_runtime.levels import Level
from reference_runtime.runtime import Inspecting, Inspection, PackSpec, SandboxNotEnforced
from studio_conformance.checks import Check, checks_of
from studio_conformance.config import Settings
from studio_conformance.kept import Replay
from studio_conformance.opening import spec_of
from studio_conformance.outcomes import Outcome
from studio_conformance.packs import Target
from studio_conformance.planning import RUNNING, Unit, replayed, units_of
from studio_conformance.results import NOT_RUN, Result
from studio_conformance.rows import RowMaker, today
from studio_conformance.runner import IMPORT_CHECK, Verdict, judge
from studio_conformance.source import SourceIndex
from studio_conformance.subject import Node, Pack, PackSoFar
from studio_conformance.tally import Tally, tally
from studio_conformance.waivers import waiver_for

EARLY_FAMILIES = frozenset({"SCHEMA", "SIGNATURE", "V1"})
"""Families of checks that need nothing but the description and the source."""

CONFINE_HINT = (
    "Judge it where the sandbox can be enforced (studio-conformance doctor tells what a machine "
    "can), or run it all the same with --studio-sandbox=observe"
)
NODE_SECONDS = 10.0
"""The share of one node in the budget, at most."""
MOST_WORKERS = 4
NODES_EACH = 8
"""With fewer nodes for each, a further worker costs more than it spares: it must load the pack."""

if TYPE_CHECKING:
    from reference_runtime.environments.building import Environment
    from reference_runtime.escapes.facts import RoutesFacts
    from studio_conformance.exercising import Exercises
    from studio_conformance.known import KnownFindings
    from studio_conformance.release.baseline import Earlier
    from studio_conformance.release.gate import Release
    from studio_conformance.release.interface import Interface

Progress = Callable[[str, str], None]
"""Told of the label of a pack and what its worker does now."""


@dataclass
class PackRun:
    """One pack in a run."""

    target: Target
    settings: Settings
    level: Level
    level_reason: str
    label: str = ""
    """The name by which items and reports call it; unique in the run."""
    subject: Pack | None = None
    inspection: Inspection | None = None
    broken: str | None = None
    """Why there is no subject: no worker could be started, or the harness broke."""
    unconfinable: bool = False
    """It was not run, because the sandbox can't be enforced here."""
    results: dict[str, list[Result]] = field(default_factory=dict)
    """By item id."""
    begun: Inspecting | None = None
    beside: tuple[Path, ...] = ()
    """Other packs of the run."""
    environment: Environment | None = None
    """The pack's own, once it was needed and where it has one."""
    only: tuple[Replay, ...] = ()
    """Judge these findings again, on their inputs, and nothing else."""
    certify: dict[str, Any] | None = None
    """For a run that is to certify the pack: what a certificate has to say about its settings."""
    known: KnownFindings | None = None
    """Findings that don't count because they were there before."""
    journal: Path | None = None
    """Where inputs are written down before they are run."""
    expected: list[Node] = field(default_factory=list)
    """Nodes that will be run, in this order: they may be run ahead."""
    workers: int = 1
    """How many nodes are run at a time."""
    exercises: Exercises | None = None
    executions: dict[str, Tally] = field(default_factory=dict)
    """By item id."""
    earlier: Earlier | None = None
    """The release to compare with, where one was asked for."""
    _early: dict[tuple[int, str], list[Verdict]] = field(default_factory=dict)
    """By identity of the node's description, and code."""

    @cached_property
    def checks(self) -> list[Check]:
        return self.settings.checks()

    @cached_property
    def units(self) -> list[Unit]:
        """What is planned, pack first; of a replay, what it is about."""
        units = units_of(self.subject, self.checks)
        return [*replayed(units, self.only)] if self.only else units

    @cached_property
    def _telling_family(self) -> str:
        """The family whose items tell of the runs: a node is run for all families at once."""
        return next((u.family for u in self.units if u.family in RUNNING), RUNNING[0])

    def begin(self) -> None:
        """Let a worker load the pack beside what this process does; ``load`` waits for it."""
        if self.begun is not None or self.settings.isolation == "venv":
            return  # building an environment may take minutes, and ``load`` says what goes on
        with self._noting_what_breaks():
            self.begun = Inspecting(self._spec())

    def abandon(self) -> None:
        """End what was begun, if it was not waited for."""
        begun, self.begun = self.begun, None
        if begun is not None:
            begun.close()

    def load(self, progress: Progress | None = None) -> None:
        """Inspect the pack in its worker. Never raises: what goes wrong stands in ``broken``."""
        source = SourceIndex(self.target.path)
        tell = None if progress is None else partial(progress, self.label)
        begun, self.begun = self.begun, None
        if tell is not None and self.settings.isolation == "venv":
            tell("its environment")
        with self._noting_what_breaks(), _meanwhile(source.prefetch):
            with begun or Inspecting(self._spec()) as inspecting:
                inspection = inspecting.result(tell, partial(self._judge_early, source))
            self.accept(inspection, source)

    def _judge_early(self, source: SourceIndex, facts: NodeDescription) -> None:
        """Judge a node by what concerns it alone, while the worker describes the next ones."""
        so_far = PackSoFar(self.target.path, self.level, source)
        node = Node(cast("Pack", so_far), facts)
        for check in self._early_checks:
            self._early[id(facts), check.code] = judge(check, node)

    @cached_property
    def _early_checks(self) -> list[Check]:
        alone = (c for c in self.checks if c.scope == "node" and not c.whole_pack)
        return [check for check in alone if check.family in EARLY_FAMILIES]

    def _spec(self) -> PackSpec:
        return spec_of(self.target, self.settings, self.level, self._python())

    def _python(self) -> str | None:
        """The interpreter of the pack's own environment, which is built where it must be."""
        if self.settings.isolation != "venv":
            return None
        if self.environment is None:
            from reference_runtime.environments.building import environment_for

            self.environment = environment_for(self.target.path)
        return self.environment.python

    @contextmanager
    def _noting_what_breaks(self) -> Iterator[None]:
        try:
            yield
        except SandboxNotEnforced as error:
            self.unconfinable = True
            self.broken = f"{error}. Nothing of the pack was run. {CONFINE_HINT}"
        except Exception as error:
            trace = traceback.format_exc(limit=-4)
            self.broken = f"{type(error).__name__}: {error}\n{trace}"

    def accept(self, inspection: Inspection, source: SourceIndex | None = None) -> None:
        self.inspection = inspection
        self._judge_by(Pack(self.target.path, inspection.description, source))

    def _judge_by(self, subject: Pack) -> None:
        subject.exercise = self._exercise
        if self.settings.isolation != "none":
            subject.call_routes = self._call_routes
        subject.beside = self.beside
        self.subject = subject

    def _exercise(self, node: Node) -> NodeExecution:
        """Run a node: what checks of family EXEC ask for."""
        return self._begun_exercises()(node)

    def _call_routes(self) -> RoutesFacts:
        """Call the pack's routes: what checks of family SANDBOX ask for."""
        assert self.subject is not None
        return self._begun_exercises().call_routes(self.subject.description["load"]["routes"])

    def _begun_exercises(self) -> Exercises:
        if self.exercises is None:
            from studio_conformance.exercising import exercises_of

            self.exercises = exercises_of(self._spec(), self.settings, self)
        return self.exercises

    def find_baseline(self, cwd: Path) -> None:
        """Find the release to compare with, where one is asked for. Raises BadBaseline."""
        if self.settings.baseline is not None and not self.only:
            from studio_conformance.release.baseline import find_earlier

            self.earlier = find_earlier(self.settings.baseline, self.target, cwd)

    def compare_with_baseline(self, progress: Progress | None = None) -> None:
        """Compare the loaded pack with the release found. Raises BadBaseline for a wrong pair."""
        subject = self.subject
        if self.earlier is None or subject is None or not subject.nodes or subject.release:
            return
        from studio_conformance.release.comparing import release_of

        if progress is not None:
            progress(self.label, f"its baseline {self.earlier.source}")
        with self._noting_what_breaks():
            spec = self._spec()
        if self.broken is None:
            found = release_of(self.earlier, subject, self.target, spec)
            subject.release = self._without_accepted(found)

    def _without_accepted(self, release: Release) -> Release:
        """Changes that are waived need no new version; for a certificate nothing is waived."""
        codes = {check.slug: check.code for check in checks_of("RELEASE")}
        accepted = {
            (change.kind, change.node)
            for change in release.changes
            if waiver_for(self.settings.waivers, codes.get(change.kind, ""), change.node, today())
        }
        return replace(release, accepted=frozenset(accepted))

    def close(self) -> None:
        """End the worker that runs nodes, if there is one; safe to call again."""
        self.abandon()
        if self.earlier is not None:
            self.earlier.close()
        if self.exercises is not None:
            self.exercises.close()
        if self.environment is not None:
            self.environment.close()

    def spec(self) -> PackSpec:
        """How the worker loads the pack."""
        return self._spec()

    def interface(self) -> Interface | None:
        """What others depend on in the pack; None unless it was loaded."""
        from studio_conformance.release.interface import interface_of

        if self.subject is None:
            return None
        return interface_of(self.subject, self.target.name, self.target.version)

    def export(self) -> str:
        """What another process needs in order to run units of this pack (see ``adopt``)."""
        description = self.inspection.description if self.inspection else None
        release = self.subject.release if self.subject else None
        return json.dumps({
            "description": description,
            "broken": self.broken,
            "release": release.facts if release else None,
        })  # fmt: skip

    def adopt(self, text: str) -> None:
        """Take over a description that another process obtained."""
        data = json.loads(text)
        self.broken = data["broken"]
        if data["description"] is not None:
            self._judge_by(Pack(self.target.path, data["description"]))
        if self.subject is not None and data["release"] is not None:
            from studio_conformance.release.comparing import release_by

            found = release_by(data["release"], self.subject, self.target)
            self.subject.release = self._without_accepted(found)

    @cached_property
    def budget(self) -> Budget:
        """Time for running nodes; it runs from the first unit on."""
        return Budget(self.settings.budget, min(NODE_SECONDS, self.settings.budget))

    def run(self, unit: Unit) -> list[Result]:
        """Judge one unit; every check gives at least one row."""
        self.budget.start()
        rows = [
            self._maker.row(check, unit, verdict)
            for check in unit.checks
            for verdict in self._verdicts(check, unit)
        ]
        if self.exercises is not None and unit.node is not None and unit.family in RUNNING:
            done = self.exercises.done.get(unit.node.key)
            if done is not None and unit.family == self._telling_family:
                self.executions[unit.item_id(self.label)] = tally(done)
        return rows

    def _verdicts(self, check: Check, unit: Unit) -> list[Verdict]:
        if unit.node is not None:
            early = self._early.get((id(unit.node.facts), check.code))
            if early is not None:
                return early
        subject = unit.node or self.subject
        if subject is not None:
            return judge(check, subject)
        if check.code == IMPORT_CHECK:
            return [Verdict("errored", (self.broken or "").partition("\n")[0])]
        return [Verdict("not_reached", "the pack could not be inspected")]

    def expect(self, units: Iterable[Unit]) -> None:
        """Say which units will be judged, in this order, so that nodes can be run ahead."""
        nodes = [u.node for u in units if u.family in RUNNING and u.node is not None]
        self.expected = list(dict.fromkeys(nodes))
        # A pack in this process runs in the main thread: debuggers and handlers want that.
        processors = (os.cpu_count() or 1) if self.settings.isolation != "none" else 1
        self.workers = max(1, min(processors, MOST_WORKERS, len(self.expected) // NODES_EACH))

    def preload(self) -> None:
        """Let what running the expected nodes takes be imported beside what is judged first."""
        if self.expected:
            self._begun_exercises().preload()

    def tallies(self) -> Iterator[Tally]:
        """What running nodes came to, in planned order."""
        places = (unit.item_id(self.label) for unit in self.units)
        return (self.executions[place] for place in places if place in self.executions)

    def rows(self) -> Iterator[Result]:
        """Every planned judgement in planned order, then complaints about waivers."""
        rows = [row for unit in self.units for row in self._unit_rows(unit)]
        yield from rows
        yield from self._maker.complaints(rows)

    def _unit_rows(self, unit: Unit) -> list[Result]:
        found = self.results.get(unit.item_id(self.label))
        return self._without_result(unit, "not_reached", NOT_RUN) if found is None else found

    def break_unit(self, unit: Unit, why: str) -> list[Result]:
        """Rows for a unit whose running broke the harness: nothing of it was judged."""
        return self._without_result(unit, "errored", f"the harness broke: {why}")

    def _without_result(self, unit: Unit, outcome: Outcome, why: str) -> list[Result]:
        return [self._maker.row(check, unit, Verdict(outcome, why)) for check in unit.checks]

    @cached_property
    def _maker(self) -> RowMaker:
        return RowMaker(self)


@contextmanager
def _meanwhile(work: Callable[[Event], None]) -> Iterator[None]:
    """Run ``work`` in a thread beside the block; at the block's end it is told to stop."""
    enough = Event()
    thread = Thread(target=work, args=(enough,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
