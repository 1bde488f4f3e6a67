"""Further runs of a case, compared with the first: what must agree, and where it does not.

Values never leave the worker, so the comparison is made here; how great a difference is allowed is
for the checks to say.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise

from reference_runtime.exercise import observe
from reference_runtime.exercise.comparing import difference, differences, outcome_differences
from reference_runtime.exercise.facts import Case, CaseFacts, Difference, Relation, RelationName
from reference_runtime.exercise.invoking import Subject, bind_v1_face
from reference_runtime.exercise.observe import Run, Surroundings, run_case
from reference_runtime.exercise.returned import output_is_list
from reference_runtime.exercise.splitting import NotSplittable, element, joined, split

GROWTH_RUNS = 12
WARM_UP, FLAT_STEPS, FLAT_BYTES = 4, 2, 1 << 18
"""After so many runs, so many that add less than so much tell that memory does not grow each time.
What grows by half a megabyte with three runs of four has at most one such step."""
GROWTH_SECONDS = 0.2
"""A node slower than this is not run over and over again."""

Further = Callable[[Surroundings, Subject, Case, Run, "Case | None"], Relation]


def relate(
    around: Surroundings,
    subject: Subject,
    case: Case,
    first: Run,
    name: RelationName,
    other: Case | None,
) -> Relation:
    """The relation of that name, after ``first``, a run of ``case``."""
    return _TABLE[name](around, subject, case, first, other)


def relation(
    name: RelationName, found: list[Difference], facts: CaseFacts | None = None
) -> Relation:
    return {
        "name": name,
        "outcome": "differs" if found else "agrees",
        "reason": "",
        "differences": found,
        "facts": facts,
    }


def not_comparable(name: RelationName, why: str) -> Relation:
    return {
        "name": name, "outcome": "not_comparable", "reason": why, "differences": [], "facts": None,
    }  # fmt: skip


def compared(first: Run, second: Run) -> list[Difference]:
    """Where two runs differ: how they ended, their values, their ui."""
    found = outcome_differences(first.facts, second.facts)
    if found or first.returned is None or second.returned is None:
        return found
    one, two = first.returned.values or [], second.returned.values or []
    if len(one) != len(two):
        return [difference("outputs", f"{len(one)} values and {len(two)}")]
    for index, (left, right) in enumerate(zip(one, two, strict=True)):
        found += differences(f"output {index}", left, right)
    if first.returned.ui is not None or second.returned.ui is not None:
        found += differences("ui", first.returned.ui, second.returned.ui)
    return found


def kept(run: Run) -> Run:
    """The run with copies of its values: a node may give the same object again and change it."""
    try:
        run.returned = copy.deepcopy(run.returned)
    except Exception:
        return run  # what can't be copied is compared as it is
    return run


def _again(
    around: Surroundings, subject: Subject, case: Case, first: Run, other: Case | None
) -> Relation:
    second = run_case(around, subject, case)
    return relation("again", compared(first, second), second.facts)


def _other_rng(
    around: Surroundings, subject: Subject, case: Case, first: Run, other: Case | None
) -> Relation:
    second = run_case(around, subject, case, seed=1)
    return relation("other_rng", compared(first, second), second.facts)


def _same_instance(
    around: Surroundings, subject: Subject, case: Case, first: Run, other: Case | None
) -> Relation:
    """Another case is run on the same instance before this one is run again."""
    target = first.target
    if target is None:
        return not_comparable("same_instance", "no instance could be made")
    if other is not None:
        run_case(around, subject, other, target=target)
    second = run_case(around, subject, case, target=target)
    return relation("same_instance", compared(first, second), second.facts)


def _other_path(
    around: Surroundings, subject: Subject, case: Case, first: Run, other: Case | None
) -> Relation:
    if not subject.is_v3:
        return not_comparable("other_path", "a v1 node has one way to be called")
    second = run_case(around, subject, case, how=bind_v1_face)
    return relation("other_path", compared(first, second), second.facts)


def _split_batch(
    around: Surroundings, subject: Subject, case: Case, first: Run, other: Case | None
) -> Relation:
    """Run each element of the batch alone; joined, the results must be those of the batch."""
    if first.facts["outcome"] != "returned" or first.returned is None:
        return not_comparable("split_batch", "the batch itself gave no values")
    try:
        cases = split(observe.make_inputs(subject, case))
    except NotSplittable as error:
        return not_comparable("split_batch", str(error))
    runs = [run_case(around, subject, case, given=inputs) for inputs in cases]
    bad = [run for run in runs if run.facts["outcome"] != "returned" or run.returned is None]
    if bad:
        found = outcome_differences(first.facts, bad[0].facts)
        return relation("split_batch", found, bad[0].facts)
    return _joined(subject, first, runs)


def _joined(subject: Subject, first: Run, runs: list[Run]) -> Relation:
    assert first.returned is not None
    found: list[Difference] = []
    compared_any = False
    for index, whole in enumerate(first.returned.values or []):
        alone = [(run.returned.values or [])[index : index + 1] for run in runs if run.returned]
        if output_is_list(subject, index) or not all(alone):
            continue
        together = joined([each[0] for each in alone], whole)
        if together is None:
            continue
        compared_any = True
        for number in range(len(runs)):
            pair = [element(value, number, len(runs)) for value in (whole, together)]
            found += differences(f"output {index}[{number}]", *pair)
    if not compared_any:
        return not_comparable("split_batch", "no output is a batch as long as the input's")
    return relation("split_batch", found)


def _growth(
    around: Surroundings, subject: Subject, case: Case, first: Run, other: Case | None
) -> Relation:
    """Run again and again on one instance, and look at the memory after each run."""
    if first.facts["outcome"] != "returned" or first.target is None:
        return not_comparable("growth", "the case gave no values")
    if first.facts["seconds"] > GROWTH_SECONDS:
        return not_comparable("growth", f"one run takes {first.facts['seconds']:.2f} s")
    import gc

    resident: list[int] = []
    facts = first.facts
    gc.collect()
    gc.freeze()  # what is there now need not be looked through after each run
    while len(resident) < GROWTH_RUNS and not _is_flat(resident):
        facts = run_case(around, subject, case, target=first.target).facts
        gc.collect()
        resident.append(observe.resident_bytes())
    return relation("growth", [], {**facts, "resident": resident})


def _is_flat(resident: list[int]) -> bool:
    """Whether, after the first runs, memory was seen not to grow: further runs tell no more."""
    steps = [later - earlier for earlier, later in pairwise(resident[WARM_UP:])]
    return sum(step < FLAT_BYTES for step in steps) >= FLAT_STEPS


_TABLE: dict[RelationName, Further] = {
    "again": _again,
    "other_rng": _other_rng,
    "same_instance": _same_instance,
    "other_path": _other_path,
    "split_batch": _split_batch,
    "growth": _growth,
}
