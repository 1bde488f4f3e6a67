"""Values of a pack as plain JSON data, and where they were not plain."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_runtime.plain import MAX_DEPTH, MAX_TEXT, safe_repr, to_plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
)  # fmt: skip


@given(JSON)
def test_plain_data_stays_as_it_is(value: Any) -> None:
    assert to_plain(value) == (value, [])


class Colour(str, enum.Enum):
    RED = "red"


class Count(int):
    pass


@pytest.mark.parametrize(
    "value", [("a", 1), Colour.RED, [Count(3)], {"x": (Colour.RED,)}, True, 2.5, "ä"]
)
def test_what_json_can_write_becomes_what_json_reads_back(value: Any) -> None:
    plain, defects = to_plain(value)
    assert defects == []
    assert plain == json.loads(json.dumps(value))
    assert type(plain) is type(json.loads(json.dumps(value)))


@pytest.mark.parametrize(
    ("value", "path", "kind"),
    [
        ({"a": [1, {2}]}, ["a", 1], "type"),
        ({"a": {"b": float("nan")}}, ["a", "b"], "non-finite"),
        ([0, {1: "x"}], [1, "1"], "key"),
        (["x" * (MAX_TEXT + 1)], [0], "size"),
    ],
)
def test_a_defect_is_named_with_its_place(value: Any, path: list[Any], kind: str) -> None:
    plain, [defect] = to_plain(value)
    assert (defect["path"], defect["kind"]) == (path, kind)
    json.dumps(plain, allow_nan=False)


def test_every_defect_is_named() -> None:
    _, defects = to_plain({"a": {1}, "b": [{2}, 3, {4}], "c": 5})
    assert [defect["path"] for defect in defects] == [["a"], ["b", 0], ["b", 2]]


def test_a_value_in_itself_is_a_cycle_and_one_held_twice_is_not() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert [defect["kind"] for defect in to_plain(loop)[1]] == ["cycle"]
    twice = [1]
    assert to_plain([twice, twice]) == ([[1], [1]], [])


def test_depth_is_bounded() -> None:
    deep: list[Any] = []
    for _ in range(MAX_DEPTH + 10):
        deep = [deep]
    assert [defect["kind"] for defect in to_plain(deep)[1]] == ["cycle"]


def test_a_lone_surrogate_is_kept_visible() -> None:
    assert to_plain("a\ud800") == ("a\\ud800", [])


def test_a_repr_never_raises_and_holds_no_address() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError

    assert safe_repr(Rude()) == "<Rude: repr raised RuntimeError>"
    assert " at 0x" not in safe_repr(object())
    assert len(safe_repr("x" * 1000)) == 200
