from __future__ import annotations

import json
from typing import Any

import pytest

from studio_conformance.reports.streaming import Rows, pieces


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"a": 1, "b": None}, {"a": 1, "b": None}),
        ({}, {}),
        ([], []),
        (Rows([]), []),
        (Rows([1, "two", {"three": [4]}]), [1, "two", {"three": [4]}]),
        ({"rows": Rows(iter("ab")), "é\n": {}}, {"rows": ["a", "b"], "é\n": {}}),
        (
            {"deep": {"er": {"rows": Rows([{"of": Rows([1, 2])}, {}])}}, "x": "\ud800"},
            {"deep": {"er": {"rows": [{"of": [1, 2]}, {}]}}, "x": "\ud800"},
        ),
    ],
)
def test_the_text_is_that_of_the_data_with_lists(value: Any, plain: Any) -> None:
    assert json.loads("".join(pieces(value))) == plain


def test_a_row_is_made_when_it_is_written() -> None:
    made: list[int] = []

    def rows() -> Any:
        for number in range(3):
            made.append(number)
            yield number

    seen = []
    for text in pieces({"rows": Rows(rows())}):
        seen.append((text, len(made)))
    assert [count for text, count in seen if text in ("0", "1", "2")] == [1, 2, 3]


def test_a_line_for_each_row() -> None:
    text = "".join(pieces({"rows": Rows([{"a": 1}, {"b": 2}])}))
    assert text.splitlines() == ["{", '"rows": [', '{"a": 1},', '{"b": 2}', "]", "}"]
