"""Run one case of one node and write down what happened. The worker's side.

Inputs are made anew for each run, the process's state is looked at before and after, and files the
node left are removed, so that runs do not see each other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_runtime.exercise import state
from reference_runtime.exercise.blank import blank_facts
from reference_runtime.exercise.facts import Case, CaseFacts, CaseFailure, EffectFacts, Outcome
from reference_runtime.exercise.failing import Stage, case_failure
from reference_runtime.exercise.invoking import (
    Subject,
    Timing,
    as_lists,
    bind,
    hidden_values,
    in_loop,
    invoke,
    nested,
    prompt_of,
)
from reference_runtime.exercise.outputs import expand_facts, slots, ui_facts
from reference_runtime.exercise.returned import Returned, declared_outputs, read
from reference_runtime.exercise.values import Mark, marks, mutations
from reference_runtime.isolation.audit import Auditor
from reference_runtime.loading.place import Place
from reference_runtime.recipes import make

Bind = Callable[[Subject, Any, dict[str, Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Surroundings:
    """Where nodes of this worker run. ``work``: the writable folder; ``loop``: the worker's own."""

    place: Place
    work: Path
    audit: Auditor
    loop: Any = None


@dataclass
class Run:
    """One run: the facts for the host, and the values, which stay here, for comparing."""

    facts: CaseFacts
    returned: Returned | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    target: Any = None
    """What the call went to."""


def run_case(
    around: Surroundings,
    subject: Subject,
    case: Case,
    *,
    target: Any = None,
    seed: int = 0,
    how: Bind = bind,
    given: dict[str, Any] | None = None,
) -> Run:
    """Run the case on ``target`` (default: a fresh one) with the generators at ``seed``.

    ``given``: values to use for the case's own. Never raises for what the node does.
    """
    run = Run(blank(subject))
    try:
        run.inputs = make_inputs(subject, case) if given is None else given
    except Exception as error:
        run.facts["outcome"] = "not_run"
        run.facts["reason"] = f"the input could not be made: {type(error).__name__}: {error}"
        return run
    before = {name: marks(value) for name, value in run.inputs.items()}
    with inference():
        _observed(around, subject, run, target, seed, how)
    _note_mutations(run, before)
    return run


def make_inputs(subject: Subject, case: Case) -> dict[str, Any]:
    """The case's values, in a list each for a node that wants lists. Raises what making raises."""
    with inference():
        values = {name: make(recipe) for name, recipe in case["inputs"].items()}
    return as_lists(values) if subject.wants_lists else values


def _observed(
    around: Surroundings, subject: Subject, run: Run, target: Any, seed: int, how: Bind
) -> None:
    """Call the node between two looks at the state of the process."""
    state.seed_all(seed)
    effects, around.audit.effects = around.audit.effects, {}
    before, resident, peak = state.take(around.work), resident_bytes(), peak_bytes()
    around.audit.active = True
    try:
        _call(around, subject, run, target, how)
    finally:
        around.audit.active = False
        seen, around.audit.effects = around.audit.effects, effects
    # A peak below that of an earlier call leaves no trace: what stayed resident is all there is.
    now = peak_bytes() if peak_bytes() > peak else resident_bytes()
    run.facts["peak_bytes"] = max(now - resident, 0)
    state.settle(before)
    after = state.take(around.work)
    started = [e["detail"] for e in seen.values() if e["kind"] == "process"]
    run.facts["changes"] = state.changes(before, after, started)
    run.facts["generators"] = after.rng
    run.facts["effects"] = [_effect(e) for e in seen.values() if e["kind"] in _EFFECTS]
    _restore(before, after, around.work)


_EFFECTS = ("process", "network", "write", "delete")


def _effect(effect: Any) -> EffectFacts:
    return {
        "kind": effect["kind"],
        "detail": effect["detail"],
        "refused": effect["refused"],
        "file": effect["file"],
        "line": effect["line"],
    }


def _call(around: Surroundings, subject: Subject, run: Run, target: Any, how: Bind) -> None:
    timing = Timing()
    stage: Stage = "execute"
    try:
        run.target = subject.fresh() if target is None else target
        prompt = prompt_of(subject, run.inputs)
        function = how(subject, run.target, hidden_values(subject, prompt))
        inputs = nested(subject, run.inputs)
        raw = in_loop(invoke(function, inputs, timing), around.loop)
        run.returned = read(subject, raw)
        stage = "result"
        if run.returned.problem is not None:
            raise run.returned.problem
        _fill(subject, run)
    except BaseException as error:  # a library may raise BaseException itself
        refused = any(effect["refused"] for effect in around.audit.effects.values())
        _fail(run, case_failure(error, around.place, stage, refused))
    run.facts["seconds"], run.facts["blocked_loop"] = timing.seconds, timing.blocked
    run.facts["is_async"] = timing.blocked is not None


def _fail(run: Run, failure: CaseFailure) -> None:
    run.facts["outcome"], run.facts["failure"] = "raised", failure
    if run.returned is not None:
        run.facts["form"], run.facts["form_type"] = run.returned.form, run.returned.form_type


def _fill(subject: Subject, run: Run) -> None:
    facts, returned = run.facts, run.returned
    assert returned is not None
    facts["form"], facts["form_type"] = returned.form, returned.form_type
    facts["returned"] = None if returned.values is None else len(returned.values)
    facts["outputs"] = slots(subject, returned, run.inputs)
    facts["ui"] = ui_facts(returned.ui)
    facts["expand"] = expand_facts(subject, returned)
    facts["blocks"] = _blocks(returned)
    facts["length_differs"] = returned.block is None and (
        (facts["returned"] or 0) != facts["declared"]
    )
    facts["outcome"] = _outcome(returned, facts)


def _blocks(returned: Returned) -> Any:
    if returned.block is not None:
        return "blocks"
    return "ignored" if returned.block_ignored else ""


def _outcome(returned: Returned, facts: CaseFacts) -> Outcome:
    blocked = [slot["blocked"] for slot in facts["outputs"]]
    all_blocked = bool(blocked) and all(blocked)
    return "blocked" if returned.block is not None or all_blocked else "returned"


def _note_mutations(run: Run, before: dict[str, dict[str, Mark]]) -> None:
    for name, was in before.items():
        run.facts["mutations"] += mutations(name, was, marks(run.inputs[name]))


def _restore(before: state.State, after: state.State, work: Path) -> None:
    """Take back what would make the next run another one: files, folder, torch's defaults."""
    for path in state.new_files(before, after, work):
        try:
            path.unlink()
        except OSError:
            continue
    if after.cwd != before.cwd and os.path.isdir(before.cwd):
        os.chdir(before.cwd)
    if after.torch == before.torch:
        return
    torch: Any = sys.modules.get("torch")
    if torch is not None and "default-dtype" in before.torch:
        torch.set_default_dtype(getattr(torch, before.torch["default-dtype"].partition(".")[2]))
        torch.set_grad_enabled(before.torch["grad-mode"].startswith("gradients"))
        torch.set_num_threads(int(before.torch["threads-setting"].partition(" ")[0]))


def blank(subject: Subject) -> CaseFacts:
    """Facts of a run of the node of which nothing is known yet."""
    return blank_facts(declared_outputs(subject))


def inference() -> AbstractContextManager[Any]:
    """The host runs whole prompts in inference mode."""
    try:
        import torch
    except ImportError:
        return nullcontext()
    mode: AbstractContextManager[Any] = torch.inference_mode()
    return mode


# --- memory ---------------------------------------------------------------------------------------


def resident_bytes() -> int:
    """Resident memory of this process now; 0 where the system does not tell."""
    return _status("VmRSS:")


def peak_bytes() -> int:
    """The greatest resident memory up to now."""
    return _status("VmHWM:")


def _status(name: str) -> int:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith(name):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0
