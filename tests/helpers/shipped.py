"""The packs this repository ships, and what the product says about each.

Judging a pack means starting a worker, so each is judged once per session, two at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from reference_runtime.exercise.budget import Budget
from studio_conformance.planning import RUNNING
from studio_conformance.results import Result
from studio_conformance.session import open_pack

ROOT = Path(__file__).parents[2] / "packs_under_test"
TWINS = ROOT / "twins"
SLOW = ("LOAD-042/bad", "LOAD-037", "LOAD-005/bad", "LOAD-044/bad", "LOAD-029/bad")
"""Twins that take seconds by their nature; they start first, so that the others run beside them."""

EARLIER = "old"
"""Beside twins of family RELEASE: the release before, with which both are compared."""
NEIGHBOUR = "neighbour"
"""A pack in the folder of a twin that is judged as if both were in one run."""


class Finding(NamedTuple):
    """A finding without its message and without anything that depends on the machine."""

    code: str
    node: str | None
    input: str | None
    file: str | None
    """Relative to the pack."""
    line: int | None


def twin(code: str, side: str) -> Path:
    return TWINS / code / side


def shipped_packs() -> list[Path]:
    """Folders and single files that are packs: both sides of each twin, and the good packs."""
    sides = [side for code in sorted(TWINS.iterdir()) for side in sorted(code.iterdir())]
    sides = [side for side in sides if side.name != EARLIER]
    good = sorted((ROOT / "good").iterdir()) if (ROOT / "good").is_dir() else []
    return [
        path for path in sides + good if (path / "__init__.py").exists() or path.suffix == ".py"
    ]


def pack_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class Judge:
    """Judges shipped packs in the background and keeps the rows."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._rows: dict[Path, Future[list[Result]]] = {}

    def prepare(self, paths: Iterable[Path]) -> None:
        """Start judging ``paths``, those that take long first."""
        for path in sorted(paths, key=lambda p: not any(name in str(p) for name in SLOW)):
            if path not in self._rows:
                self._rows[path] = self._pool.submit(judge_pack, path)

    def rows(self, path: Path) -> list[Result]:
        self.prepare([path])
        return self._rows[path].result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _is_run(path: Path) -> bool:
    """Whether the nodes of a shipped pack are run: those of the good packs, and of own twins.

    Twins of other families are about what is seen without running; many could not run at all.
    """
    return TWINS not in path.parents or path.parent.name.startswith(("EXEC-", "RPC-", "SANDBOX-"))


def _left_out(path: Path) -> tuple[str, ...]:
    """Families by which a shipped pack is not judged."""
    return () if _is_run(path) else RUNNING


def judge_pack(path: Path) -> list[Result]:
    """Every row that judging the pack by its own settings gives."""
    # Twins speak by their defaults, bounds and options; random inputs would only take time.
    given: dict[str, Any] = {"max_examples": 0}
    if (path.parent / EARLIER).is_dir():
        given["baseline"] = str(path.parent / EARLIER)
    run = open_pack(str(path), given, ROOT)
    if (path / NEIGHBOUR).is_dir():
        run.beside = (path / NEIGHBOUR,)
    run.settings = replace(run.settings, ignore=(*run.settings.ignore, *_left_out(path)))
    if path.parent.name.startswith("EXEC-"):
        # A node's share of the time is no matter here: a slow machine must not cut its cases.
        run.__dict__["budget"] = Budget(run.settings.budget, run.settings.budget)
    try:
        run.find_baseline(ROOT)
        run.load()
        run.compare_with_baseline()
        return [row for unit in run.units for row in run.run(unit)]
    finally:
        run.close()


def findings(rows: Iterable[Result], path: Path) -> list[Finding]:
    """The findings among ``rows``, in order."""
    return [
        Finding(row["code"], row["node"], row["input"], _relative(row["file"], path), row["line"])
        for row in rows
        if row["outcome"] == "failed"
    ]


def _relative(file: str | None, pack: Path) -> str | None:
    if file is None:
        return None
    own = Path(file).is_relative_to(pack)
    return Path(file).relative_to(pack).as_posix() if own else Path(file).name
