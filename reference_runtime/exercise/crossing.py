"""What becomes of a node that is isolated from its host: the worker's side of family RPC.

Each step runs the node a few times. Values never leave the worker, but take the wire of isolated
packs there and back (see ``wire``). What can't be told of a node, because two equal runs of it do
not agree, is not comparable.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.exercise import state
from reference_runtime.exercise.comparing import differences, outcome_differences
from reference_runtime.exercise.facts import (
    Case,
    CrossingFacts,
    Difference,
    LossFacts,
    Step,
)
from reference_runtime.exercise.invoking import (
    Subject,
    Timing,
    bind,
    hidden_values,
    in_loop,
    invoke,
    nested,
    prompt_of,
)
from reference_runtime.exercise.observe import (
    Run,
    Surroundings,
    blank,
    inference,
    make_inputs,
    run_case,
)
from reference_runtime.exercise.relations import compared, kept
from reference_runtime.exercise.returned import output_is_list, read
from reference_runtime.exercise.standard import Standard
from reference_runtime.exercise.surviving import loss, losses
from reference_runtime.exercise.values import is_array, is_tensor, parts
from reference_runtime.exercise.wire import Wire
from reference_runtime.isolation.arena import ArenaFull
from reference_runtime.isolation.rpc import OversizeFrame
from reference_runtime.isolation.values import NotTransferable

FLAT_SECONDS, FLAT_CALLS = 0.6, 20
"""Once the calls of "flat" have taken so long, no more are made: for so many, more for more."""
FLAT_LEAST = 8
"""With fewer calls nothing is said about what is held after them."""
MAX_ITEMS = 4
"""Elements of a list output that are sent."""
_UNSENT = (NotTransferable, ArenaFull, OversizeFrame)


class Untold(Exception):
    """The step can say nothing about this case; the message says why."""


@dataclass
class Trial:
    """One case of one node, on which steps are tried. ``others``: cases beside it."""

    around: Surroundings
    subject: Subject
    case: Case
    others: list[Case]
    calls: int

    def run(self, case: Case | None = None, **how: Any) -> Run:
        return run_case(self.around, self.subject, case or self.case, **how)

    def gave(self, case: Case | None = None, **how: Any) -> Run:
        """A run that gave values. Raises Untold."""
        run = self.run(case, **how)
        if run.facts["outcome"] != "returned" or run.returned is None:
            raise Untold("a run gave no values")
        if run.returned.expand is not None:
            raise Untold("the node gives a graph, and the host runs that")
        return run

    def steady(self, run: Run | None = None) -> Run:
        """A run (copied) whose values further runs have to give. Raises Untold."""
        first = kept(run or self.gave())
        # Another state of the generators: what two calls at once draw from them can't be told.
        if _differ(first, self.run(seed=1)):
            raise Untold("two equal runs do not agree")
        return first


class Crossing:
    """Tries steps in this worker."""

    def __init__(self) -> None:
        self.standard = Standard()
        self._wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        if self._wire is None:
            self._wire = Wire()
        return self._wire

    def cross(self, step: Step, trial: Trial) -> CrossingFacts:
        """Try one step; never raises for what the node does."""
        facts: CrossingFacts = {
            "step": step, "case": trial.case["id"], "outcome": "done", "reason": "",
            "losses": [], "differences": [],
        }  # fmt: skip
        try:
            _TABLE[step](self, trial, facts)
        except Untold as why:
            facts["outcome"], facts["reason"] = "not_comparable", str(why)
        return facts


# --- wire -----------------------------------------------------------------------------------------


def _wire(crossing: Crossing, trial: Trial, facts: CrossingFacts) -> None:
    """Outputs there and back; and the node on inputs that came over the wire."""
    run = trial.gave()
    facts["losses"] = [*_lost(crossing.wire, trial.subject, run)]
    try:
        first = trial.steady(run)
    except Untold as why:
        facts["reason"] = f"results were not compared: {why}"
        return
    second = trial.run(given=sent(crossing.wire, trial.subject, trial.case))
    facts["differences"] = compared(first, second)


def sent(wire: Wire, subject: Subject, case: Case) -> dict[str, Any]:
    """The inputs as they come over the wire. What can't be sent never left the worker."""
    inputs = make_inputs(subject, case)
    for name, value in inputs.items():
        try:
            inputs[name] = wire.to_pack(value)
        except _UNSENT:
            continue
    return inputs


def _lost(wire: Wire, subject: Subject, run: Run) -> Iterator[LossFacts]:
    for path, value in _items(subject, run):
        try:
            back = wire.there_and_back(value)
        except NotTransferable as error:
            inside = error.path.removeprefix("value")
            yield loss("refused", f"{path}{inside}", error.why)
        except (ArenaFull, OversizeFrame):
            continue  # the limits of this worker say nothing about the node
        else:
            yield from losses(path, value, back)


def _items(subject: Subject, run: Run) -> Iterator[tuple[str, Any]]:
    """Each value that a host would send by itself, with its path."""
    for index, value in enumerate(_values(run)):
        if output_is_list(subject, index) and isinstance(value, (list, tuple)):
            for number, item in enumerate(value[:MAX_ITEMS]):
                yield f"output {index}[{number}]", item
        elif not isinstance(value, ExecutionBlocker):
            yield f"output {index}", value


def _values(run: Run) -> list[Any]:
    return (run.returned.values or []) if run.returned is not None else []


# --- kept -----------------------------------------------------------------------------------------


def _kept(crossing: Crossing, trial: Trial, facts: CrossingFacts) -> None:
    """The host holds outputs while the node runs again and the inputs are let go."""
    run = trial.gave()
    try:
        was = copy.deepcopy(_values(run))
    except Exception:
        raise Untold("the outputs can't be copied, to be compared with later") from None
    run.inputs = {}
    for other in trial.others or [trial.case]:
        trial.run(other, target=run.target)
        trial.run(other)
    gc.collect()
    for index, (before, now) in enumerate(zip(was, _values(run), strict=False)):
        if _is_data(now):
            facts["differences"] += differences(f"output {index}", before, now)


def _is_data(value: Any) -> bool:
    """Values that are what they hold; objects may note things in themselves."""
    return is_tensor(value) or is_array(value) or isinstance(value, (dict, list, tuple))


# --- together -------------------------------------------------------------------------------------


def _together(crossing: Crossing, trial: Trial, facts: CrossingFacts) -> None:
    """Two calls at once give what each gives alone."""
    run = trial.gave()
    if not run.facts["is_async"]:
        raise Untold("a host calls a node that is not async one at a time")
    first = trial.steady(run)
    pair = [(trial.case, first)]
    for case in trial.others:
        try:
            pair.append((case, Trial(trial.around, trial.subject, case, [], 0).steady()))
            break
        except Untold:
            continue
    if len(pair) == 1:
        pair *= 2
    for (_, alone), beside in zip(pair, _at_once(trial, [case for case, _ in pair]), strict=True):
        facts["differences"] += _differ(alone, beside)


def _at_once(trial: Trial, cases: list[Case]) -> list[Run]:
    runs = [_fresh(trial.subject, case) for case in cases]
    state.seed_all(0)

    async def all_of_them() -> None:
        await asyncio.gather(*(_call(trial.subject, run) for run in runs))

    with _unobserved(trial.around):
        in_loop(all_of_them(), trial.around.loop)
    return runs


def _fresh(subject: Subject, case: Case) -> Run:
    return Run(blank(subject), inputs=make_inputs(subject, case), target=subject.fresh())


async def _call(subject: Subject, run: Run) -> None:
    """The call of a run whose inputs and target are there; how it ends stands in its facts."""
    prompt = prompt_of(subject, run.inputs)
    try:
        function = bind(subject, run.target, hidden_values(subject, prompt))
        raw = await invoke(function, nested(subject, run.inputs), Timing())
        run.returned = read(subject, raw)
        run.facts["outcome"] = "raised" if run.returned.problem else "returned"
    except Exception as error:
        run.facts["outcome"] = "raised"
        run.facts["reason"] = f"{type(error).__name__}: {error}"[:300]


# --- flat -----------------------------------------------------------------------------------------


def _flat(crossing: Crossing, trial: Trial, facts: CrossingFacts) -> None:
    """What is still held after many calls, whose inputs and outputs the host has let go."""
    wire, made = crossing.wire, 0
    run = trial.gave()
    target, seconds = run.target, FLAT_SECONDS * max(trial.calls / FLAT_CALLS, 1.0)
    if run.facts["seconds"] * FLAT_LEAST > seconds:
        raise Untold(f"one call takes {run.facts['seconds']:.2f} s")
    del run
    gc.collect()
    blocks, opened = wire.held(), state.open_files()
    outputs: list[weakref.ref[Any]] = []
    started = time.monotonic()
    with _unobserved(trial.around):
        while made < trial.calls and time.monotonic() - started < seconds:
            outputs += _one_call(wire, trial, target)
            made += 1
    if made < FLAT_LEAST:
        raise Untold(f"{made} calls took {seconds:g} s")
    gc.collect()
    facts["losses"] = [
        *_held("inputs", wire.held() - blocks, made),
        *_held("outputs", len({id(ref()) for ref in outputs if ref() is not None}), made),
        *_held("descriptors", *_left_open(opened, made)),
    ]


@contextmanager
def _unobserved(around: Surroundings) -> Iterator[None]:
    """For calls of which nothing is to be told: files are removed after all of them."""
    effects, around.audit.effects = around.audit.effects, {}
    before = state.take(around.work)
    around.audit.active = True
    try:
        with inference():
            yield
    finally:
        around.audit.active, around.audit.effects = False, effects
        for path in state.new_files(before, state.take(around.work), around.work):
            with suppress(OSError):
                path.unlink()


def _one_call(wire: Wire, trial: Trial, target: Any) -> list[weakref.ref[Any]]:
    """References to the tensors and arrays that one call gave."""
    inputs = sent(wire, trial.subject, trial.case)
    given = {id(part) for value in inputs.values() for _, part in parts(value)}
    run = Run(blank(trial.subject), inputs=inputs, target=target)
    in_loop(_call(trial.subject, run), trial.around.loop)
    if run.facts["outcome"] != "returned":
        raise Untold("not every call gave values")
    return [
        weakref.ref(part)
        for value in _values(run)
        for _, part in parts(value)
        if (is_tensor(part) or is_array(part)) and id(part) not in given
    ]


def _held(what: Any, number: int, calls: int, detail: str = "") -> Iterator[LossFacts]:
    """The first call may fill caches; what grows is one for each call."""
    if number >= calls - 1:
        yield loss(what, what, detail or f"after {calls} calls those of {number} are still held")


def _left_open(before: dict[int, str], calls: int) -> tuple[int, int, str]:
    now = state.open_files()
    new = [target for number, target in now.items() if before.get(number) != target]
    common = Counter(new).most_common(1)
    most = f", most of them {common[0][0]}" if common else ""
    return len(new), calls, f"{len(new)} more are open after {calls} calls{most}"


# --- standard -------------------------------------------------------------------------------------


def _standard(crossing: Crossing, trial: Trial, facts: CrossingFacts) -> None:
    crossing.standard.begin()
    try:
        trial.run()
        facts["losses"] = crossing.standard.found()
    finally:
        crossing.standard.restore()


def _differ(first: Run, second: Run) -> list[Difference]:
    """Differences of outcome and values, without what is for the frontend."""
    found = outcome_differences(first.facts, second.facts) or compared(first, second)
    return [each for each in found if not each["path"].startswith("ui")]


_TABLE: dict[Step, Callable[[Crossing, Trial, CrossingFacts], None]] = {
    "wire": _wire,
    "kept": _kept,
    "together": _together,
    "flat": _flat,
    "standard": _standard,
}
