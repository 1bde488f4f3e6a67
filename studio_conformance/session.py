"""A run: the packs asked for, what is planned for each, what came of it, and its event log.

Knows nothing of pytest; the plugin feeds it results and asks it for the events at the end.
"""

from __future__ import annotations

import datetime
import json
import os
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from studio_conformance.checks import Check
from studio_conformance.config import Settings
from studio_conformance.kept import Replay
from studio_conformance.opening import REFUSALS, Opened, open_target, spec_of
from studio_conformance.packs import Target
from studio_conformance.results import (
    NOT_RUN,
    Example,
    Result,
    diff_command,
    finding_id,
    replay_command,
    rerun_command,
    safe_name,
)
from studio_conformance.runner import IMPORT_CHECK, Verdict, judge
from studio_conformance.source import SourceIndex
from studio_conformance.subject import Node, Pack, PackSoFar
from studio_conformance.tally import Tally, tally
from studio_conformance.waivers import complaints, waiver_for

EARLY_FAMILIES = frozenset({"SCHEMA", "SIGNATURE", "V1"})
"""Families of checks that need nothing but the description and the source."""

CONFINE_HINT = (
    "Judge it where the sandbox can be enforced (studio-conformance doctor tells what a machine "
    "can), or run it all the same with --studio-sandbox=observe"
)
RUNNING = ("EXEC", "RPC", "SANDBOX")
"""Families of checks for which nodes are run."""

if TYPE_CHECKING:
    from reference_runtime.environments.building import Environment
    from reference_runtime.escapes.facts import RoutesFacts
    from studio_conformance.exercising import Exercises
    from studio_conformance.known import KnownFindings
    from studio_conformance.release.baseline import Earlier
    from studio_conformance.release.interface import Interface

NODE_SECONDS = 10.0
"""The share of one node in the budget, at most."""
MOST_WORKERS = 4
NODES_EACH = 8
"""With fewer nodes for each, a further worker costs more than it spares: it must import torch."""

Progress = Callable[[str, str], None]
"""Told of the label of a pack and what its worker does now."""


@dataclass(frozen=True)
class Refused:
    """An argument that could not be made into a pack, and why."""

    argument: str
    message: str


@dataclass(frozen=True)
class Unit:
    """What runs together: the checks of one family on one node, or on the pack (``node`` None)."""

    name: str
    """The node's safe name, unique in the pack; empty for the pack."""
    family: str
    node: Node | None
    checks: tuple[Check, ...]

    def item_id(self, label: str) -> str:
        return "::".join(part for part in (label, self.name, self.family) if part)


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
    unconfinable: bool = False
    """It was not run, because the sandbox can't be enforced here."""
    """Why there is no subject: no worker could be started, or the harness broke."""
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
    _blanks: dict[str, Result] = field(default_factory=dict)
    """By code."""
    _early: dict[tuple[int, str], list[Verdict]] = field(default_factory=dict)
    """By identity of the node's description, and code."""

    @cached_property
    def checks(self) -> list[Check]:
        return self.settings.checks()

    @cached_property
    def units(self) -> list[Unit]:
        """What is planned, pack first. Without a subject: the pack's own checks."""
        pack_units = [Unit("", f, None, c) for f, c in self._by_family("pack")]
        nodes = self.subject.nodes if self.subject else []
        names = unique_names([safe_name(node.key) for node in nodes])
        families = self._by_family("node")
        units = pack_units + [
            Unit(name, family, node, checks)
            for name, node in zip(names, nodes, strict=True)
            for family, checks in families
        ]
        return [*_replayed(units, self.only)] if self.only else units

    @cached_property
    def _telling_family(self) -> str:
        """The family whose items tell of the runs: a node is run for all families at once."""
        return next((u.family for u in self.units if u.family in RUNNING), RUNNING[0])

    def _by_family(self, scope: str) -> list[tuple[str, tuple[Check, ...]]]:
        families: dict[str, list[Check]] = {}
        for check in self.checks:
            if check.scope == scope:
                families.setdefault(check.family, []).append(check)
        return [(family, tuple(checks)) for family, checks in families.items()]

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
            subject.release = release_of(self.earlier, subject, self.target, spec)

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

            self.subject.release = release_by(data["release"], self.subject, self.target)

    @cached_property
    def budget(self) -> Budget:
        """Time for running nodes; it runs from the first unit on."""
        return Budget(self.settings.budget, min(NODE_SECONDS, self.settings.budget))

    def run(self, unit: Unit) -> list[Result]:
        """Judge one unit; every check gives at least one row."""
        self.budget.start()
        rows = [
            self._row(check, unit, verdict)
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

    def _row(self, check: Check, unit: Unit, verdict: Verdict) -> Result:
        row = self._blank(check).copy()
        row["node"] = node = unit.node.key if unit.node else verdict.node
        row["id"] = finding_id(check.code, self.target.name, node, verdict.input)
        row["outcome"], row["message"] = verdict.outcome, verdict.message
        if verdict.level is not None and check.code not in dict(self.settings.levels):
            row["level"] = verdict.level
        if verdict.outcome not in ("failed", "errored"):
            return row  # Nothing to look at: nearly all rows of a run are such.
        row["file"], row["line"], row["input"] = verdict.file, verdict.line, verdict.input
        row["traceback"] = verdict.traceback
        row["example"] = example = self._example(unit, verdict)
        row["replay"] = self.rerun(row["id"]) if example else self.replay(check, unit)
        return self._waive(row) if verdict.outcome == "failed" else row

    def _blank(self, check: Check) -> Result:
        """The row of a check before it is known what it is about and what came of it."""
        blank = self._blanks.get(check.code)
        if blank is None:
            blank = self._blanks[check.code] = {
                "pack": self.label,
                "id": "",
                "code": check.code,
                "slug": check.slug,
                "family": check.family,
                "level": check.level,
                "node": None,
                "outcome": "passed",
                "message": "",
                "file": None,
                "line": None,
                "input": None,
                "replay": None,
                "traceback": None,
                "waiver": None,
                "example": None,
            }
        return blank

    def _waive(self, row: Result) -> Result:
        waiver = waiver_for(self.settings.waivers, row["code"], row["node"], today())
        reason = waiver.reason if waiver else self._known_reason(row)
        if reason is not None:
            row["outcome"], row["waiver"] = "waived", reason
        return row

    def _known_reason(self, row: Result) -> str | None:
        """Why the finding does not count, where the file of known findings lists it."""
        if self.known is None:
            return None
        return self.known.reason(self.target.name, row["code"], row["node"], row["input"])

    def replay(self, check: Check, unit: Unit) -> str:
        if check.family == "RELEASE" and self.settings.baseline is not None:
            return diff_command(self.settings.baseline, str(self.target.path), self.level.name)
        path, mode = str(self.target.path), self.settings.mode
        return replay_command(
            path, self.level.name, mode, check.code, unit.name or None, self.settings.isolation
        )

    def rerun(self, identity: str) -> str:
        """The command that runs the node on the input of the finding again."""
        path, settings = str(self.target.path), self.settings
        return rerun_command(
            path, self.level.name, settings.mode, identity, settings.fakes, settings.isolation
        )

    def _example(self, unit: Unit, verdict: Verdict) -> Example | None:
        """The input of the case that the verdict was come to by."""
        if verdict.case is None or unit.node is None:
            return None
        for record in unit.node.execution["cases"]:
            if record["case"]["id"] == verdict.case:
                return {key: record[key] for key in ("case", "text", "snippet")}  # type: ignore[return-value]
        return None

    def break_unit(self, unit: Unit, why: str) -> list[Result]:
        """Rows for a unit whose running broke the harness: nothing of it was judged."""
        verdict = Verdict("errored", f"the harness broke: {why}")
        return [self._row(check, unit, verdict) for check in unit.checks]

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
        for check, waiver, message in complaints(self.settings.waivers, rows, today()):
            verdict = Verdict("failed", message, str(self.settings.file), waiver.line, waiver.place)
            row = self._row(check, Unit("", check.family, None, (check,)), verdict)
            row["node"], row["replay"] = waiver.node, None
            yield row

    def _unit_rows(self, unit: Unit) -> list[Result]:
        found = self.results.get(unit.item_id(self.label))
        if found is not None:
            return found
        return [self._row(check, unit, Verdict("not_reached", NOT_RUN)) for check in unit.checks]


def _replayed(units: list[Unit], only: tuple[Replay, ...]) -> Iterator[Unit]:
    """The checks on the nodes that the replays are about."""
    wanted = {(replay.node, replay.code) for replay in only}
    for unit in units:
        node = unit.node.key if unit.node else None
        checks = tuple(check for check in unit.checks if (node, check.code) in wanted)
        if checks:
            yield replace(unit, checks=checks)


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


@dataclass
class Session:
    """All packs of a run."""

    packs: list[PackRun]
    refused: list[Refused]
    started: float = field(default_factory=time.time)

    def load(self, progress: Progress | None = None) -> None:
        """Load every pack that is not loaded yet, and compare those that have a baseline.

        Raises BadBaseline for a baseline that turns out to be another pack.
        """
        waiting = [run for run in self.packs if run.subject is None and run.broken is None]
        if len(waiting) < 2:
            for run in waiting:
                run.load(progress)
        else:
            self._load_together(waiting, progress)
        for run in self.packs:
            run.compare_with_baseline(progress)

    def _load_together(self, waiting: list[PackRun], progress: Progress | None) -> None:
        pool = ThreadPoolExecutor(min(len(waiting), os.cpu_count() or 1))
        try:
            list(pool.map(lambda run: run.load(progress), waiting))
        finally:
            pool.shutdown(cancel_futures=True)

    def find_baselines(self, cwd: Path) -> None:
        """Find the earlier releases that packs are to be compared with. Raises BadBaseline."""
        for run in self.packs:
            run.find_baseline(cwd)

    def begin(self) -> None:
        """Let the worker of the pack start, when there is one: several take turns in ``load``."""
        if len(self.packs) == 1:
            self.packs[0].begin()

    def abandon(self) -> None:
        """End what was begun and not waited for."""
        for run in self.packs:
            run.abandon()

    def override(self, values: dict[str, Any]) -> None:
        """Put ``values`` (fields of Settings) in place of every pack's own."""
        for run in self.packs:
            run.settings = replace(run.settings, **values)

    def close(self) -> None:
        """End every worker that is still there."""
        for run in self.packs:
            run.close()

    def run_all(self) -> None:
        """Judge everything planned, in this process."""
        for run in self.packs:
            run.expect(run.units)
            for unit in run.units:
                run.results[unit.item_id(run.label)] = run.run(unit)


def open_session(
    arguments: Sequence[str],
    overrides: dict[str, Any],
    cwd: Path,
    ahead: Opened | None = None,
) -> Session:
    """Find each pack, its settings and its level. What can't be found is refused, not raised.

    ``overrides``: fields of Settings that the command line gives; ``ahead``: a pack found already.
    """
    packs: list[PackRun] = []
    refused: list[Refused] = []
    for argument in dict.fromkeys(arguments):
        try:
            known = ahead if ahead is not None and ahead.argument == argument else None
            run = _run_of(known or open_target(argument, overrides, cwd))
            if all(run.target.path != other.target.path for other in packs):
                packs.append(run)
        except REFUSALS as error:
            refused.append(Refused(argument, str(error)))
    for run, label in zip(
        packs, unique_names([safe_name(p.target.name) for p in packs]), strict=True
    ):
        run.label = label
    for run in packs:
        run.beside = tuple(p.target.path for p in packs if p is not run)
    return Session(packs, refused)


def open_pack(argument: str, overrides: dict[str, Any], cwd: Path) -> PackRun:
    """One pack, not yet loaded. Raises UnusablePack, BadSettings, BrokenToml or UnknownLevel."""
    return _run_of(open_target(argument, overrides, cwd))


def _run_of(opened: Opened) -> PackRun:
    return PackRun(
        opened.target,
        opened.settings,
        opened.level,
        opened.level_reason,
        label=safe_name(opened.target.name),
        begun=opened.begun,
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """``names`` with ``_2``, ``_3`` ... put to those that came before."""
    taken: set[str] = set()
    unique: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        unique.append(candidate)
    return unique


def today() -> datetime.date:
    return datetime.datetime.now(datetime.timezone.utc).date()
