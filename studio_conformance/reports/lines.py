"""A line of a report for a terminal."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One line and its mark: "", "bad", "warn", "good", "title" or "dim"."""

    text: str
    mark: str = ""
