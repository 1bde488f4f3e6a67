"""Where two values do not agree, and by how much."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from reference_runtime.exercise.comparing import differences

NAN = float("nan")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (torch.ones(2), torch.ones(2)),
        (torch.tensor([NAN, 1.0]), torch.tensor([NAN, 1.0])),
        (np.ones(2), np.ones(2)),
        ({"samples": torch.ones(1), "n": 1}, {"samples": torch.ones(1), "n": 1}),
        ([1, "a", None, NAN], [1, "a", None, NAN]),
        (torch.zeros(0, 3), torch.zeros(0, 3)),
    ],
)
def test_equal_values_agree(first: Any, second: Any) -> None:
    assert differences("output 0", first, second) == []


@pytest.mark.parametrize(
    ("first", "second", "path", "what"),
    [
        (torch.ones(2), torch.ones(3), "x", "shape [2] and [3]"),
        (torch.ones(2), torch.ones(2).half(), "x", "dtype torch.float32 and torch.float16"),
        (torch.ones(2), [1.0, 1.0], "x", "torch.Tensor and list"),
        ({"a": 1}, {"b": 1}, "x", "keys ['a'] and ['b']"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "x['a'][1]", "2 and 3"),
        ((1, 2), (1,), "x", "2 elements and 1"),
        ("red", "blue", "x", "'red' and 'blue'"),
        (True, 1, "x", "bool and int"),
        (None, 1, "x", "NoneType and int"),
    ],
)
def test_what_differs_is_told_with_its_path(first: Any, second: Any, path: str, what: str) -> None:
    found = differences("x", first, second)
    assert [(d["path"], d["what"]) for d in found] == [(path, what)]


def test_numbers_say_how_far_apart() -> None:
    (found,) = differences("x", torch.tensor([0.0, 4.0]), torch.tensor([0.0, 3.0]))
    assert (found["max_abs"], found["max_rel"]) == (1.0, 0.25)
    assert found["what"] == "1 of 2 values differ, by at most 1"
    (plain,) = differences("x", 4.0, 3.0)
    assert (plain["max_abs"], plain["max_rel"]) == (1.0, 0.25)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (torch.tensor([0.0]), torch.tensor([1.0])),
        (torch.tensor([1.0]), torch.tensor([NAN])),
        (torch.tensor([1.0]), torch.tensor([float("inf")])),
        (0.0, 1.0),
        (0.0, float("inf")),
    ],
)
def test_a_difference_is_always_json(first: Any, second: Any) -> None:
    found = differences("x", first, second)
    assert len(found) == 1
    json.dumps(found, allow_nan=False)


def a_library(monkeypatch: pytest.MonkeyPatch, file: str) -> Any:
    """A class of a module that was loaded from ``file``."""
    module = ModuleType("some_table_library")
    module.__file__ = file
    monkeypatch.setitem(sys.modules, module.__name__, module)

    class Column:
        def __init__(self, *numbers: float, **fields: Any) -> None:
            self._cache = object()
            self._numbers = numbers
            vars(self).update(fields)

        def __array__(self) -> Any:
            return np.array(self._numbers)

    Column.__module__ = module.__name__
    return Column


def test_of_a_library_s_object_only_what_it_shows_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    column = a_library(monkeypatch, "/usr/lib/python3/site-packages/table.py")
    assert differences("o", column(1.0, 2.0), column(1.0, 2.0, _made=3)) == []
    (found,) = differences("o", column(1.0, 2.0), column(1.0, 5.0))
    assert (found["path"], found["max_abs"]) == ("o['values']", 3.0)
    assert differences("o", column(1.0, name="a"), column(1.0, name="b"))


def test_of_a_pack_s_object_everything_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    column = a_library(monkeypatch, "/packs/mypack/table.py")
    assert differences("o", column(1.0), column(1.0, _made=3))
