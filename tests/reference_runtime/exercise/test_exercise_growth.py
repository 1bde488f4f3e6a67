"""How many runs it takes to see that memory does not grow."""

from __future__ import annotations

from itertools import accumulate

import pytest

from reference_runtime.exercise.relations import GROWTH_RUNS, _is_flat

MIB = 1 << 20


def runs(*steps: int) -> int:
    """How many runs are made where each adds so many bytes."""
    sizes = [*accumulate(steps, initial=100 * MIB)]
    return next(n for n in range(len(sizes) + 1) if n == GROWTH_RUNS or _is_flat(sizes[:n]))


@pytest.mark.parametrize("grows", [MIB // 2, 40 * MIB])
def test_what_grows_is_run_to_the_end(grows: int) -> None:
    assert runs(*[grows] * GROWTH_RUNS) == GROWTH_RUNS
    assert runs(*[grows] * 6, 0, *[grows] * 5) == GROWTH_RUNS


def test_what_stays_flat_is_run_a_few_times() -> None:
    assert runs(*[0] * GROWTH_RUNS) == 7
    assert runs(*[MIB] * 4, *[0] * 8) == 7  # the first runs warm up
