"""Runs nodes of one pack on cases, from the host process: deadlines, deaths, memory, journal.

A case is written down before it is run. A worker that dies or hangs is replaced by the next case
that needs one, and the case it died of is told as crashed or hung.
"""

from __future__ import annotations

import json
import math
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from reference_runtime.exercise.blank import blank_facts
from reference_runtime.exercise.budget import Budget
from reference_runtime.exercise.facts import (
    Case,
    CaseFacts,
    CrossingFacts,
    Difference,
    Outcome,
    Relation,
    RelationName,
    Step,
)
from reference_runtime.exercise.guarding import MemoryGuard, strike
from reference_runtime.isolation.confining import confined_before_start
from reference_runtime.isolation.inspector import CannotConfine, CannotStart, Inspector, Wanted
from reference_runtime.isolation.process import WorkerDied
from reference_runtime.isolation.rpc import RemoteError
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.isolation.signals import cleaning_before_termination
from reference_runtime.runtime import EnvironmentBroken, PackSpec, SandboxNotEnforced
from reference_runtime.sandbox.policy import NOTHING, Enforced

if TYPE_CHECKING:
    from reference_runtime.escapes.facts import ProbeFacts, RouteInputs

CALL_SECONDS = 10.0
FURTHER_FACTOR = 3.0
"""A relation runs a case several times: it may take so many times the deadline of one call."""
FURTHER_SECONDS = 3.0
"""Once the further runs of a case have taken so long, no more are begun."""
MEMORY_BYTES = 4 << 30
MAX_DEATHS = 25
"""After so many dead workers of one pack the rest of its cases are not run."""


@dataclass(frozen=True)
class Limits:
    """``seconds``: for one call of a node; ``memory``: resident bytes of the worker."""

    seconds: float = CALL_SECONDS
    memory: int = MEMORY_BYTES


@dataclass(frozen=True)
class Request:
    """One case of one node, and what else to do with it; see ``exercise.serving``."""

    key: str
    class_name: str
    case: Case
    relations: tuple[RelationName, ...] = ()
    """Further runs, made only where the first gave something."""
    other: Case | None = None
    linked: bool = False
    seconds: float | None = None
    """Deadline of the call, where it is shorter than that of the limits."""

    def params(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "class_name": self.class_name,
            "case": self.case,
            "linked": self.linked,
        }


@dataclass(frozen=True)
class Crossing:
    """One step of what isolation makes of a node; see ``exercise.crossing``."""

    key: str
    class_name: str
    step: Step
    case: Case
    others: list[Case]
    calls: int

    def params(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Probe:
    """Payloads for one text input of a node, from number ``begin`` on; see ``escapes``."""

    key: str
    class_name: str
    case: Case
    input: str
    begin: int
    seconds: float
    granted: tuple[str, ...] = ()
    """Kinds of escapes that the input is allowed."""

    def params(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class RouteProbe:
    """Payloads for one parameter of a route; see ``escapes.route_serving``."""

    number: int
    place: str
    name: str
    bare: bool
    begin: int
    seconds: float

    def params(self) -> dict[str, Any]:
        return dict(vars(self))


class ProbeEnded(Exception):
    """A probe came to no end; the message says why.

    ``doing``: what the worker said last; ``fatal``: the node ended it, or gave no answer.
    """

    def __init__(self, reason: str, doing: str = "", fatal: bool = False) -> None:
        super().__init__(reason)
        self.doing, self.fatal = doing, fatal


@dataclass(frozen=True)
class Answer:
    facts: CaseFacts
    relations: list[Relation]


class Journal:
    """What is about to run, a JSON line each, on disk before it runs."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def write(self, entry: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def preload(spec: PackSpec, hash_seed: int = 0) -> None:
    """Let a process import what workers of the pack need to run nodes, meanwhile.

    Workers are forked from it then, each in milliseconds; where that can't be done they start as
    ever. Call it from the main thread: the process lives as long as that. It runs nothing of a
    pack, serves all packs of the interpreter, and ends with this process.
    """
    python = spec.python or sys.executable
    if not spec.isolated or confined_before_start(spec.sandbox, python):
        return
    from reference_runtime.isolation.forking import NurseryFailed, nursery_of

    with suppress(NurseryFailed):
        nursery_of(python, hash_seed)


class Exerciser:
    """One worker at a time of one pack, started when first needed.

    A context manager; ``close`` leaves no process and no folder behind. Belongs to one thread, but
    for ``stop``, and for ``close`` once that thread has ended.
    ``journal`` is shared and not closed here. ``budget``: at its end a call under way is cut, and
    told as not run. ``warm``: the worker gets ready to run nodes, which takes time.
    """

    def __init__(
        self,
        spec: PackSpec,
        journal: Journal | None = None,
        limits: Limits | None = None,
        hash_seed: int = 0,
        budget: Budget | None = None,
        warm: bool = True,
    ) -> None:
        self.spec = spec
        self._warm = warm
        self.budget = budget or Budget(math.inf, math.inf)
        self.limits = limits or Limits()
        self.deaths = 0
        self._hash_seed = hash_seed
        self._journal = journal or Journal(None)
        self._inspector: Inspector | None = None
        self._current: Inspector | None = None
        """The same, from before its worker has loaded the pack."""
        self._guard = MemoryGuard(self.limits.memory)
        self._ending = ExitStack()
        self._ending.enter_context(cleaning_before_termination(self._kill))
        self._stopped = False
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Have a worker ready; a pack that ends it is told by ``run``. Raises EnvironmentBroken."""
        if self._stopped or self.deaths >= MAX_DEATHS or self.budget.spent:
            return
        try:
            self._ready()
        except WorkerDied as death:
            self._died(death, "not_run", str(death))

    def run(self, request: Request) -> Answer:
        """Run the case; never raises for what the node does. Raises EnvironmentBroken."""
        if self._stopped:
            return _not_run("not run: the run was ended")
        if self.deaths >= MAX_DEATHS:
            return _not_run(f"not run: {MAX_DEATHS} workers of this pack have died")
        if self.budget.spent:
            return _not_run(self.budget.reason())
        self._journal.write(self._entry(request))
        try:
            inspector = self._ready()
        except WorkerDied as death:
            return self._died(death, "not_run", f"the pack did not load again: {death}")
        try:
            return self._ask(inspector, request)
        except WorkerDied as death:
            return self._died(death, self._outcome(death), self._cause(death, self._limit(request)))
        except RemoteError as error:
            return _not_run(f"the harness broke: {error}")

    def cross(self, request: Crossing) -> CrossingFacts:
        """Try the step; never raises for what the node does. Raises EnvironmentBroken."""
        if self._stopped or self.deaths >= MAX_DEATHS:
            return _not_crossed(request, "not_comparable", "its workers have ended")
        if self.budget.spent:
            return _not_crossed(request, "not_comparable", self.budget.reason())
        try:
            inspector = self._ready()
            assert inspector.worker is not None
            seconds = self._within(self.limits.seconds * FURTHER_FACTOR)
            name = f"{request.key} {request.step}"
            with self._guard.watching(inspector.worker):
                called = inspector.call("cross", request.params(), seconds, name)
            facts: CrossingFacts = called["crossing"]
            return facts
        except WorkerDied as death:
            reason = self._cause(death, self.limits.seconds * FURTHER_FACTOR)
            cut = self._is_cut(death)
            self._died(death, "crashed", reason)
            return _not_crossed(request, "not_comparable" if cut else "died", reason)
        except RemoteError as error:
            return _not_crossed(request, "not_comparable", f"the harness broke: {error}")

    def probe(self, request: Probe) -> ProbeFacts:
        """Try payloads. Raises ProbeEnded and EnvironmentBroken."""
        name, params = f"{request.key}.{request.input}", request.params()
        facts: ProbeFacts = self._tried("probe", name, params, request.seconds)["probe"]
        return facts

    def route_inputs(self, number: int) -> RouteInputs:
        """What a route's handler asks for. Raises ProbeEnded and EnvironmentBroken."""
        inputs: Any = self._tried("route_inputs", f"route {number}", {"number": number}, 0.0)
        return inputs  # type: ignore[no-any-return]

    def probe_route(self, request: RouteProbe) -> ProbeFacts:
        """Try payloads on a route. Raises ProbeEnded and EnvironmentBroken."""
        name = f"route {request.number} {request.name}"
        called = self._tried("probe_route", name, request.params(), request.seconds)
        facts: ProbeFacts = called["probe"]
        return facts

    def _tried(self, method: str, name: str, params: dict[str, Any], seconds: float) -> Any:
        """The worker's answer, after about so many seconds of its own and one call at most."""
        if self._stopped or self.deaths >= MAX_DEATHS:
            raise ProbeEnded("its workers have ended")
        if self.budget.spent:
            raise ProbeEnded(self.budget.reason())
        seconds += self.limits.seconds
        self._journal.write({"pack": str(self.spec.path), method: params})
        try:
            inspector = self._ready()
            assert inspector.worker is not None
            with self._guard.watching(inspector.worker):
                return inspector.call(method, params, seconds, name)
        except WorkerDied as death:
            reason = self._cause(death, self.limits.seconds)
            self._died(death, "crashed", reason)
            raise ProbeEnded(reason, death.request, fatal=not self._is_cut(death)) from None
        except RemoteError as error:
            raise ProbeEnded(_last_line(str(error))) from None

    @property
    def enforced(self) -> Enforced:
        """What the sandbox of the worker of now enforces."""
        return self._inspector.enforced if self._inspector is not None else NOTHING

    def stop(self) -> None:
        """End the worker from another thread: what is under way is told as a death."""
        self._stopped = True
        current = self._current
        worker = current.worker if current is not None else None
        if worker is not None and not worker.ended:
            strike(worker.pid)

    def close(self) -> None:
        """End the worker; safe to call again."""
        self._stopped = True
        self._ending.close()
        self._kill()
        self._guard.close()

    def _ask(self, inspector: Inspector, request: Request) -> Answer:
        assert inspector.worker is not None
        name = f"{request.key} on {request.case['id']}"
        with self._guard.watching(inspector.worker):
            seconds = self._within(self._limit(request))
            facts = inspector.call("exercise", request.params(), seconds, name)["facts"]
            if facts["outcome"] not in ("returned", "blocked"):
                return Answer(facts, [])
            return Answer(facts, self._relations(inspector, request, facts))

    def _relations(
        self, inspector: Inspector, request: Request, facts: CaseFacts
    ) -> list[Relation]:
        """The further runs; one that its worker dies of differs from the first, and is the last."""
        found: list[Relation] = []
        started = time.monotonic()
        for name in request.relations:
            if time.monotonic() - started > FURTHER_SECONDS or self.budget.spent:
                found.append(_left_out(name, self.budget))
                continue
            seconds = self.limits.seconds * FURTHER_FACTOR
            params = {"name": name, "other": request.other}
            try:
                within, told = self._within(seconds), f"{request.key} {name}"
                found.append(inspector.call("relate", params, within, told)["relation"])
            except WorkerDied as death:
                cut = self._is_cut(death)
                died = self._died(death, self._outcome(death), self._cause(death, seconds)).facts
                last = _left_out(name, self.budget) if cut else _ended_otherwise(name, facts, died)
                return [*found, last]
        return found

    def _entry(self, request: Request) -> dict[str, Any]:
        return {
            "pack": str(self.spec.path),
            "level": self.spec.level,
            "mode": self.spec.mode,
            "node": request.key,
            "class": request.class_name,
            "case": request.case,
            "relations": list(request.relations),
            "at": round(time.time(), 3),
        }

    # --- the worker -----------------------------------------------------------------------------

    def _ready(self) -> Inspector:
        """The inspector with a worker that has the pack loaded. Raises WorkerDied."""
        if self._inspector is None:
            self._inspector = self._start()
        return self._inspector

    def _start(self) -> Inspector:
        with ExitStack() as starting:
            scratch = starting.enter_context(Scratch())
            inspector = starting.enter_context(Inspector(self._wanted(), scratch))
            self._current = inspector
            try:
                inspector.load()
                if self._warm:
                    inspector.call("warm_up", {}, self.spec.timeout, "warm up")
            except CannotConfine as error:
                raise SandboxNotEnforced(str(error)) from None
            except CannotStart as error:
                raise EnvironmentBroken(str(error)) from None
            self._folder = starting.pop_all()
        return inspector

    def _wanted(self) -> Wanted:
        return Wanted(
            path=self.spec.path.expanduser().resolve(strict=True),
            level=self.spec.level,
            mode=self.spec.mode,
            timeout=self.spec.timeout,
            python=self.spec.python or sys.executable,
            web=None,
            hash_seed=self._hash_seed,
            isolated=self.spec.isolated,
            fakes=self.spec.fakes,
            sandbox=self.spec.sandbox,
            preloaded=True,
        )

    def _kill(self) -> None:
        with self._lock:
            inspector, self._inspector = self._inspector, None
        if inspector is not None:
            self._folder.close()

    def _died(self, death: WorkerDied, outcome: Outcome, reason: str) -> Answer:
        self.deaths += 1
        printed = self._inspector.last_lines() if self._inspector is not None else ""
        self._kill()
        answer = _not_run(reason)
        answer.facts["outcome"], answer.facts["printed"] = outcome, printed
        return answer

    def _limit(self, request: Request) -> float:
        return min(self.limits.seconds, request.seconds or self.limits.seconds)

    def _within(self, seconds: float) -> float:
        """So many seconds, or those that the budget leaves."""
        return min(seconds, self.budget.left)

    def _is_cut(self, death: WorkerDied) -> bool:
        """Whether the end of the budget ended the call, not what the node did."""
        return death.hung and self.budget.spent

    def _outcome(self, death: WorkerDied) -> Outcome:
        if self._is_cut(death):
            return "not_run"
        return "hung" if death.hung else "crashed"

    def _cause(self, death: WorkerDied, seconds: float) -> str:
        if self._is_cut(death):
            return f"cut: {self.budget.reason()}"
        if death.hung:
            return f"no answer within {seconds:g} s"
        if self._guard.struck:
            return f"took {self._guard.struck}"
        return f"the worker {death.cause}" if "exited" in death.cause else death.cause

    def __enter__(self) -> Exerciser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _ended_otherwise(name: RelationName, first: CaseFacts, second: CaseFacts) -> Relation:
    what = f"{first['outcome']} and {second['outcome']} ({second['reason']})"
    difference: Difference = {"path": "outcome", "what": what, "max_abs": None, "max_rel": None}
    return {
        "name": name,
        "outcome": "differs",
        "reason": "",
        "differences": [difference],
        "facts": second,
    }


def _left_out(name: RelationName, budget: Budget) -> Relation:
    slow = f"the runs before took more than {FURTHER_SECONDS:g} s"
    return {
        "name": name,
        "outcome": "not_comparable",
        "reason": f"left out: {budget.reason() if budget.spent else slow}",
        "differences": [],
        "facts": None,
    }


def _last_line(trace: str) -> str:
    """What a stack trace says in the end."""
    lines = trace.strip().splitlines()
    return lines[-1].strip() if lines else "no reason given"


def _not_crossed(request: Crossing, outcome: Any, reason: str) -> CrossingFacts:
    return {
        "step": request.step,
        "case": request.case["id"],
        "outcome": outcome,
        "reason": reason,
        "losses": [],
        "differences": [],
    }


def _not_run(reason: str) -> Answer:
    facts = blank_facts(0)
    facts["reason"] = reason
    return Answer(facts, [])
