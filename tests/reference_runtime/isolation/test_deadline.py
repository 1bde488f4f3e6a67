"""A deadline leaves out the time in which other programs had the processor."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from reference_runtime.isolation import deadline
from reference_runtime.isolation.deadline import Deadline, seconds_in_line


def waiting(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """Let the process have stood in line for so long, each time it is asked."""
    answers: Iterator[float] = iter(seconds)
    monkeypatch.setattr(deadline, "seconds_in_line", lambda pid: next(answers))


def test_it_comes_when_the_process_could_run(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(monkeypatch, 5.0, 5.01)
    end = Deadline(0.0, 1)
    assert end.left == 0
    assert not end.moves()


def test_it_moves_by_what_the_process_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(monkeypatch, 5.0, 65.0, 65.0)
    end = Deadline(60.0, 1)
    before = end.left
    assert end.moves()
    assert 50 < end.left - before <= 60
    assert not end.moves()


def test_it_does_not_move_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(monkeypatch, 0.0, *range(100, 100_000, 100))
    end = Deadline(100.0, 1)
    assert [end.moves() for _ in range(5)] == [True, True, False, False, False]
    assert end.left <= 300


def test_what_the_system_tells() -> None:
    assert seconds_in_line(os.getpid()) >= 0
    assert seconds_in_line(0) == 0
