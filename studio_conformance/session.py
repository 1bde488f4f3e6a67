"""A run: the packs asked for.

Knows nothing of pytest; the plugin asks it for the events at the end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from studio_conformance.opening import REFUSALS, Opened, open_target
from studio_conformance.pack_run import PackRun, Progress
from studio_conformance.planning import unique_names
from studio_conformance.results import safe_name


@dataclass(frozen=True)
class Refused:
    """An argument that could not be made into a pack, and why."""

    argument: str
    message: str


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
