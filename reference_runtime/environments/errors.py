"""What can go wrong with an environment, by whose fault it is."""

from __future__ import annotations


class CannotBuild(Exception):
    """There is no environment for the pack: what it needs can't be had together, or at all."""


class Unsolvable(CannotBuild):
    """No set of versions satisfies everything; ``explanation`` is the solver's."""

    def __init__(self, message: str, explanation: str) -> None:
        super().__init__(f"{message}: {' '.join(explanation.splitlines())}")
        self.explanation = explanation


class MachineLacks(CannotBuild):
    """This machine, not the pack, is why: no uv, no such Python, an index out of reach."""
