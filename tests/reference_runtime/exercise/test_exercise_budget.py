"""How the time for running nodes is shared out."""

from __future__ import annotations

from reference_runtime.exercise.budget import GENEROSITY, LEAST_SECONDS, Budget


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_node_ends_with_its_share() -> None:
    clock = Clock()
    share = Budget(60, 10, clock).begin_node()
    assert not share.spent
    clock.now += 9
    assert (share.spent, share.seconds) == (False, 9)
    clock.now += 1
    assert share.spent
    assert share.reason() == "its share of the budget, 10.0 s, is spent"


def test_the_run_begins_with_its_first_node_and_ends_all_shares() -> None:
    clock = Clock()
    budget = Budget(15, 10, clock)
    clock.now += 1000
    budget.begin_node()
    clock.now += 10
    second = budget.begin_node()
    clock.now += 5
    assert second.spent
    assert budget.spent
    assert second.reason() == "the budget of 15 s for the run is spent"


def test_where_many_wait_a_share_is_small_and_never_too_small() -> None:
    clock = Clock()
    budget = Budget(100, 50, clock)
    assert budget.begin_node(waiting=99, workers=2).share == GENEROSITY * 2
    assert budget.begin_node(waiting=9_999).share == LEAST_SECONDS
    assert budget.begin_node(waiting=0).share == 50
