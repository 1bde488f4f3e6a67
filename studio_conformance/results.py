"""One row per judgement: the record that the event log and every report hold.

A check that finds nothing gives one row; a check that finds three things gives three. Rows are
plain JSON data, so that they travel unchanged from a pytest worker to the run's own process.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from reference_runtime.exercise.facts import Case
from studio_conformance.checks import Severity
from studio_conformance.outcomes import OUTCOMES, Outcome


class Example(TypedDict):
    """The input that showed a finding: for a person, for a replay, and to paste."""

    case: Case
    text: str
    snippet: str


class Result(TypedDict):
    """One judgement of one check on one node (or on the pack: ``node`` is None)."""

    pack: str
    id: str
    """Stable over runs, versions and wordings; see ``finding_id``."""
    code: str
    slug: str
    family: str
    level: Severity
    node: str | None
    outcome: Outcome
    message: str
    """The finding; for outcomes without one, the reason; empty for passed."""
    file: str | None
    line: int | None
    input: str | None
    replay: str | None
    """One shell command that judges this again; None where there is nothing to look at."""
    traceback: str | None
    """For a check that raised: where."""
    waiver: str | None
    """The reason the owner gave."""
    example: Example | None
    """Family EXEC: the input it was seen on. No part of the finding's identity."""


def finding_id(code: str, pack: str, node: str | None, name: str | None) -> str:
    """Twelve hex digits that identify a finding by rule and place.

    Neither the message nor a line number is part of it: both change without the fault changing.
    """
    place = "\x1f".join((code, pack, node or "", name or ""))
    return hashlib.blake2b(place.encode("utf-8", "backslashreplace"), digest_size=6).hexdigest()


def safe_name(name: str) -> str:
    """``name`` as pytest's ``-k`` and node ids can hold it: other characters become ``_``.

    Brackets and ``::`` have a meaning in node ids, and most signs none in a ``-k`` expression.
    """
    safe = re.sub(r"[^\w+.-]+", "_", name)
    reserved = safe in ("and", "or", "not") or not safe.strip(".")
    return f"{safe}_" if reserved else safe


def replay_command(
    path: str, level: str, mode: str, code: str, item: str | None, isolation: str = "process"
) -> str:
    """The shell command that judges one check on one node (``item``: its safe name) again."""
    parts = [*_judging(path, level, mode, isolation), f"--studio-select={code}"]
    if item is not None:
        parts += [f"-k={item}"] if item.startswith("-") else ["-k", item]
    return shlex.join(parts)


def diff_command(baseline: str, path: str, level: str) -> str:
    """The shell command that compares the pack with its earlier release again, from any folder."""
    if not baseline.startswith(("git:", "pypi:")):
        baseline = os.path.abspath(os.path.expanduser(baseline))
    return shlex.join(["studio-conformance", "diff", baseline, path, f"--api={level}"])


def rerun_command(
    path: str, level: str, mode: str, identity: str, fakes: bool, isolation: str = "process"
) -> str:
    """The shell command that runs a node on the very input of a finding again."""
    parts = _judging(path, level, mode, isolation)
    if fakes:
        parts.append("--studio-fakes")
    return shlex.join([*parts, f"--studio-replay={identity}"])


def _judging(path: str, level: str, mode: str, isolation: str) -> list[str]:
    parts = ["pytest", f"--studio-pack={path}", f"--studio-api={level}"]
    if mode != "faithful":
        parts.append(f"--studio-mode={mode}")
    if isolation != "process":
        parts.append(f"--studio-isolation={isolation}")
    return parts


NOT_RUN = "not run (deselected, or the run ended early)"


def was_missed(row: Mapping[str, Any]) -> bool:
    """Whether the judgement was planned and left out, for no reason that lies in the pack."""
    return (row["outcome"], row["message"]) == ("not_reached", NOT_RUN)


def count(results: Iterable[Result]) -> dict[str, int]:
    """How many rows have each outcome, all outcomes named."""
    totals = dict.fromkeys(OUTCOMES, 0)
    for result in results:
        totals[result["outcome"]] += 1
    return totals  # type: ignore[return-value]
