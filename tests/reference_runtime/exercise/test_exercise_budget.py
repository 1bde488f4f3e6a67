"""How the time for running nodes is shared out."""

from __future__ import annotations

from reference_runtime.exercise.budget import GENEROSITY, Budget


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


def test_where_many_wait_a_share_is_small() -> None:
    budget = Budget(100, 50, Clock())
    assert budget.begin_node(waiting=99, workers=2).share == GENEROSITY * 2
    assert budget.begin_node(waiting=9_999).share == GENEROSITY / 100
    assert budget.begin_node(waiting=0).share == 50


def test_the_clock_runs_from_the_start_and_the_first_one_counts() -> None:
    clock = Clock()
    budget = Budget(15, 10, clock)
    clock.now += 1000
    assert (budget.left, budget.spent) == (15, False)
    budget.start()
    clock.now += 12
    budget.start()
    assert budget.left == 3
    assert not budget.spent
    clock.now += 100
    assert (budget.left, budget.spent) == (0, True)


def test_no_share_goes_beyond_the_end_of_the_budget() -> None:
    clock = Clock()
    budget = Budget(15, 10, clock)
    budget.start()
    clock.now += 14
    assert budget.begin_node().ends == clock.now + 1
