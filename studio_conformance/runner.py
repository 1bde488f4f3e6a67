"""Judge one subject by one check, and decide what the outcome is called.

Whatever a check does, a verdict comes out: an exception inside a check is a defect of the harness
and makes the judgement errored, never failed.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from studio_conformance.checks import (
    Check,
    EnvironmentLacks,
    NotApplicable,
    NotGenerable,
    NotReached,
    Severity,
    Violation,
)
from studio_conformance.outcomes import Outcome
from studio_conformance.subject import Node, Pack

SPEAKS_UNLOADED = frozenset({"LOAD", "COMPAT", "ENV"})
"""Families that judge even a pack which did not load: what broke, and does the level explain it."""

IMPORT_CHECK = "LOAD-001"
MAX_MESSAGE = 2000
"""Characters of a message: an exception of the pack may carry a whole file."""


@dataclass(frozen=True)
class Verdict:
    """What came of one check on one subject, before it is given its place in the run."""

    outcome: Outcome
    message: str = ""
    file: str | None = None
    line: int | None = None
    input: str | None = None
    traceback: str | None = None
    case: str | None = None
    """Id of the case it was seen in."""
    node: str | None = None
    """Id of a node that the subject, a pack, does not have."""
    level: Severity | None = None
    """Another than the check's own."""


def judge(check: Check, subject: Node | Pack) -> list[Verdict]:
    """Run ``check`` on ``subject``; at least one verdict, several when several things are wrong."""
    reason = gate(check, subject)
    if reason is not None:
        return [Verdict("not_reached", reason)]
    try:
        violations = check.judge(subject)
    except NotApplicable as inapplicable:
        return [Verdict("not_applicable", str(inapplicable) or "nothing to judge here")]
    except NotGenerable as lacking_values:
        return [Verdict("not_generable", str(lacking_values))]
    except NotReached as unreached:
        return [Verdict("not_reached", str(unreached))]
    except EnvironmentLacks as lacking:
        where = lacking.where
        file, line = (where.file, where.line) if where else (None, None)
        return [Verdict("errored", str(lacking), file, line)]
    except Exception as error:
        text = f"the check itself broke: {type(error).__name__}: {error}"
        return [Verdict("errored", text, traceback=traceback.format_exc(limit=-8))]
    return [_verdict(v) for v in violations] or [Verdict("passed")]


def gate(check: Check, subject: Node | Pack) -> str | None:
    """Why ``check`` must not run on ``subject``, or None.

    One cause gives one diagnosis: what did not load is judged for that, and for nothing else.
    """
    if isinstance(subject, Pack):
        unloaded = not subject.description["load"]["loaded"] and not subject.nodes
        if unloaded and check.family not in SPEAKS_UNLOADED:
            return "the pack did not load (see its LOAD findings)"
        return None
    if not (subject.described or check.undescribed or check.family == "LOAD"):
        return "the node gave no schema (see its LOAD findings)"
    return None


def _verdict(violation: Violation) -> Verdict:
    where = violation.where
    message = violation.message
    if len(message) > MAX_MESSAGE:
        message = message[: MAX_MESSAGE - 1] + "…"
    return Verdict(
        "failed", message, where.file, where.line, violation.input,
        case=violation.case, node=violation.node, level=violation.level,
    )  # fmt: skip
