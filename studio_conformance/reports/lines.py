"""A line of a report for a terminal."""

from __future__ import annotations

from typing import NamedTuple

from studio_conformance.reports.escaping import visible


class Line(NamedTuple):
    """One line and its mark: "", "bad", "warn", "good", "title" or "dim"."""

    text: str
    mark: str = ""


def shown(text: str) -> str:
    """One line for a terminal, whatever a pack has written into it.

    A name may hold an escape sequence, or a line that a CI service takes for a command.
    """
    return " ".join(visible(text).splitlines())
