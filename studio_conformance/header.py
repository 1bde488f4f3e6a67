"""What pytest's header tells before a run: what decides the results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio_conformance.pack_run import PackRun
from studio_conformance.planning import RUNNING
from studio_conformance.session import Session

if TYPE_CHECKING:
    from studio_conformance.certificate.mode import Certifying


def header_lines(session: Session, certifying: Certifying | None) -> Iterator[str]:
    """How the packs are judged, what they are compared with, and what is out of the ordinary."""
    yield from _rules(session.packs)
    yield from _baselines(session.packs)
    yield from _running_nodes(session.packs)
    if certifying is not None:
        yield _strictness(certifying)
    yield from _warnings(session.packs)


def _rules(packs: list[PackRun]) -> Iterator[str]:
    """A line for all packs that are judged alike."""
    alike: dict[tuple[str, str], list[PackRun]] = {}
    for run in packs:
        alike.setdefault((run.level.name, run.settings.mode), []).append(run)
    for (level, mode), runs in alike.items():
        labels = _listed([run.label for run in runs])
        yield f"studio conformance: {labels} at level {level} ({_reason(runs)}), {mode}"


def _listed(names: list[str], limit: int = 5) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def _reason(runs: list[PackRun]) -> str:
    reasons = {run.level_reason for run in runs}
    return reasons.pop() if len(reasons) == 1 else "each for a reason of its own"


def _baselines(packs: list[PackRun]) -> Iterator[str]:
    """A line for each pack that is compared with an earlier release."""
    for run in packs:
        found = run.earlier
        if found is not None and found.missing:
            yield f"baseline of {run.label}: no earlier release: {found.missing}"
        elif found is not None:
            told = " ".join(filter(None, (found.name, found.version)))
            yield f"baseline of {run.label}: {told} ({found.source})"
        if found is not None and found.note:
            yield f"baseline of {run.label}: {found.note}"


def _running_nodes(packs: list[PackRun]) -> Iterator[str]:
    """A line about running nodes, where a check asks for it."""
    runs = [run for run in packs if any(check.family in RUNNING for check in run.checks)]
    told = ((r.settings.budget, r.settings.max_examples, r.settings.fakes) for r in runs)
    for budget, examples, fakes in dict.fromkeys(told):
        named = ", with fakes (small stand-ins) for models" if fakes else ""
        yield (
            f"running nodes: at most {budget:g} s (--studio-budget), systematic inputs"
            f" and random ones up to {examples} for each node{named}"
        )


def _strictness(certifying: Certifying) -> str:
    """That a certificate was asked for, and what does not count for it."""
    listed = "; ".join(certifying.set_aside) or "nothing"
    return (
        "certifying: no waiver, known finding, selection, changed level or skip counts "
        f"(set aside here: {listed})"
    )


def _warnings(packs: list[PackRun]) -> Iterator[str]:
    """What confines a pack less than usual, where it was asked for."""
    if any(run.settings.sandbox == "observe" for run in packs):
        yield "SANDBOX: observed, where it can't be enforced (--studio-sandbox=observe)"
    allowed = dict.fromkeys(path for run in packs for path in run.settings.allow_read)
    if allowed:
        yield f"the pack may read: {', '.join(allowed)} (--studio-allow-read)"
    if any(run.settings.isolation == "none" for run in packs):
        yield (
            "NOT ISOLATED: the pack runs in pytest's own process, with all rights of yours "
            "(--studio-isolation=none)"
        )
