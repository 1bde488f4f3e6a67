"""What a judgement can come to, and the exit statuses of a run.

The statuses are part of the product's face: scripts of users depend on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

Outcome = Literal[
    "passed", "failed", "errored", "waived", "not_applicable", "not_generable", "not_reached"
]
"""passed: judged, nothing found. failed: a finding. errored: the harness or the environment broke,
the pack is neither right nor wrong. waived: a finding that its owner accepts, with a reason.
not_applicable: the rule has nothing to say here. not_generable: no value of a declared type can be
made. not_reached: it was planned and did not run. All but passed and failed carry a reason."""

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
JUDGED: Final[frozenset[Outcome]] = frozenset({"passed", "failed", "errored", "waived"})
"""Outcomes of checks that did run."""

CLEAN: Final = 0
FINDINGS: Final = 1
USAGE: Final = 4
"""pytest's own status for wrong usage: an option, a path, a code or a settings file is wrong."""
NOTHING_TESTED: Final = 10
ENVIRONMENT_BROKE: Final = 11
NOT_ENFORCED: Final = 12
"""The sandbox can't be enforced on this machine, so nothing of a pack was run."""
NOT_CERTIFIED: Final = 13
"""A certificate was asked for, and the run was green but not one that gets it."""

MEANINGS: Final[dict[int, str]] = {
    CLEAN: "clean",
    FINDINGS: "findings",
    USAGE: "wrong usage",
    NOTHING_TESTED: "nothing was tested",
    ENVIRONMENT_BROKE: "the environment broke",
    NOT_ENFORCED: "the sandbox can't be enforced here",
    NOT_CERTIFIED: "no certificate",
}

PRECEDENCE: Final[tuple[int, ...]] = (
    USAGE,
    NOT_ENFORCED,
    ENVIRONMENT_BROKE,
    FINDINGS,
    NOTHING_TESTED,
    NOT_CERTIFIED,
    CLEAN,
)
"""With several causes, or several packs, the first of these that occurred is the run's status."""


def worst(statuses: Iterable[int]) -> int:
    """The status that stands for all of ``statuses``; CLEAN for none."""
    return min(statuses, key=PRECEDENCE.index, default=CLEAN)
