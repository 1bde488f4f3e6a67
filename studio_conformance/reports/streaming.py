"""JSON piece by piece: of a long list only the row that is being written is in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


class Rows:
    """A list within a document, a line for each of its rows; made while it is written, once."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


def pieces(value: Any) -> Iterator[str]:
    """The text of ``value``: JSON data in which ``Rows`` stand for lists that may be long.

    They stand in objects, and in rows of other ones.
    """
    if isinstance(value, Rows):
        yield from _row_pieces(value)
    elif _has_rows(value):
        before = "{\n"
        for key, each in value.items():
            yield f"{before}{json.dumps(key)}: "
            yield from pieces(each)
            before = ",\n"
        yield "\n}"
    else:
        yield json.dumps(value)


def _has_rows(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_rows, value.values()))
    return isinstance(value, Rows)


def _row_pieces(rows: Rows) -> Iterator[str]:
    before = "[\n"
    for row in rows:
        yield before
        yield from pieces(row)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"
