from __future__ import annotations

import pytest

from studio_conformance import outcomes
from studio_conformance.outcomes import (
    CLEAN,
    ENVIRONMENT_BROKE,
    FINDINGS,
    NOTHING_TESTED,
    USAGE,
    worst,
)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], CLEAN),
        ([CLEAN, NOTHING_TESTED], NOTHING_TESTED),
        ([NOTHING_TESTED, FINDINGS], FINDINGS),
        ([FINDINGS, ENVIRONMENT_BROKE, CLEAN], ENVIRONMENT_BROKE),
        ([ENVIRONMENT_BROKE, USAGE, FINDINGS], USAGE),
    ],
)
def test_the_gravest_cause_is_the_status(statuses: list[int], expected: int) -> None:
    assert worst(statuses) == expected


def test_statuses_are_the_documented_numbers() -> None:
    assert (CLEAN, FINDINGS, USAGE, NOTHING_TESTED, ENVIRONMENT_BROKE) == (0, 1, 4, 10, 11)
    assert set(outcomes.MEANINGS) == set(outcomes.PRECEDENCE)
