"""Tables written as words."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The whitespace-separated words of a table."""
    return tuple(text.split())
