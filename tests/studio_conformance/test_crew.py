"""In which order workers run nodes: a first round for each before a second for any."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from descriptions import a_node, a_pack

from studio_conformance.crew import Crew
from studio_conformance.subject import Node, Pack


def nodes(number: int) -> list[Node]:
    named = [a_node(f"Node{index}") for index in range(number)]
    return Pack(Path("/pack"), a_pack(*named)).nodes


class Hand:
    """Stands in for an exerciser."""

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


class Work:
    """Notes what was run; ``fails`` names the node whose first round raises."""

    def __init__(self, fails: str = "") -> None:
        self.rounds: list[tuple[int, str]] = []
        self.hands: list[tuple[tuple[int, str], int]] = []
        """Each round, and the identity of the exerciser that had it."""
        self.fails = fails

    def first(self, node: Node, exerciser: Any) -> str:
        self.rounds.append((1, node.key))
        self.hands.append(((1, node.key), id(exerciser)))
        if node.key == self.fails:
            raise ValueError(node.key)
        return node.key

    def second(self, key: str, exerciser: Any) -> Any:
        self.rounds.append((2, key))
        self.hands.append(((2, key), id(exerciser)))
        return {"node": key}


def crew_of(work: Work) -> Crew[str]:
    new: Any = Hand
    return Crew(new, work.first, work.second)


@pytest.mark.parametrize("workers", [2, 3])
def test_every_node_has_its_first_round_before_any_has_its_second(workers: int) -> None:
    work, expected = Work(), nodes(20)
    crew = crew_of(work)
    crew.begin(expected, workers)
    assert [crew.result(node)["node"] for node in expected] == [node.key for node in expected]
    crew.close()
    firsts = [place for place, (round_, _) in enumerate(work.rounds) if round_ == 1]
    seconds = [place for place, (round_, _) in enumerate(work.rounds) if round_ == 2]
    assert len(firsts) == len(seconds) == 20
    assert max(firsts) < min(seconds) + workers  # the last first rounds may be under way
    assert {key: hand for (round_, key), hand in work.hands if round_ == 1} == {
        key: hand for (round_, key), hand in work.hands if round_ == 2
    }


def test_a_node_that_nobody_expected_has_both_rounds_at_once() -> None:
    work, (one, two) = Work(), nodes(2)
    crew = crew_of(work)
    crew.begin([], 2)
    assert [crew.result(node)["node"] for node in (two, one)] == [two.key, one.key]
    crew.close()
    assert work.rounds == [(1, two.key), (2, two.key), (1, one.key), (2, one.key)]


def test_what_a_first_round_raises_is_raised_for_that_node_only() -> None:
    expected = nodes(4)
    crew = crew_of(Work(fails=expected[1].key))
    crew.begin(expected, 2)
    with pytest.raises(ValueError, match=expected[1].key):
        crew.result(expected[1])
    assert crew.result(expected[3])["node"] == expected[3].key
    crew.close()


def test_after_close_what_waits_is_cancelled() -> None:
    began, go = Event(), Event()

    class Slow(Work):
        def first(self, node: Node, exerciser: Any) -> str:
            began.set()
            go.wait(10)
            return super().first(node, exerciser)

    class Ended(Hand):
        def stop(self) -> None:
            go.set()

    expected, work, new = nodes(6), Slow(), Ended
    kind: Any = new
    crew: Crew[str] = Crew(kind, work.first, work.second)
    crew.begin(expected, 2)
    assert began.wait(10)
    crew.close()
    with pytest.raises(CancelledError):
        crew.result(expected[5])
    assert all(round_ == 1 for round_, _ in work.rounds)
