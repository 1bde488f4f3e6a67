"""How long running nodes may take in all, and each of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

GENEROSITY = 5.0
"""How many equal shares one node may take."""


@dataclass
class Budget:
    """``seconds`` for a whole run, from ``start`` on; at most ``node_seconds`` for each share."""

    seconds: float
    node_seconds: float
    clock: Callable[[], float] = time.monotonic
    _ends: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Let the time run from now on; the first call counts."""
        if self._ends is None:
            self._ends = self.clock() + self.seconds

    def begin_node(self, waiting: int = 0, workers: int = 1) -> NodeBudget:
        """The next share, where so many more wait for so many workers; starts the budget.

        Most nodes need far less than an equal share, so a node may take several times that. Nothing
        is added where little is left: the end of the budget holds.
        """
        self.start()
        now = self.clock()
        equal = self.left * workers / (waiting + 1)
        share = min(self.node_seconds, GENEROSITY * equal)
        return NodeBudget(self, now, now + min(share, self.left), share, equal)

    @property
    def left(self) -> float:
        """Seconds until its end, never below 0; all of them before it was started."""
        return self.seconds if self._ends is None else max(self._ends - self.clock(), 0.0)

    @property
    def spent(self) -> bool:
        """Whether nothing is left for any node."""
        return self.left <= 0.0

    def reason(self) -> str:
        """That it is spent, in words."""
        return f"the budget of {self.seconds:g} s for the run is spent"


@dataclass(frozen=True)
class NodeBudget:
    """The share of one node."""

    whole: Budget
    started: float
    ends: float
    share: float
    equal: float
    """What there is for each node, if all take the same."""

    @property
    def spent(self) -> bool:
        return self.whole.clock() >= self.ends

    @property
    def generous(self) -> bool:
        """Whether the node has had more than others can have: time to leave what can be left."""
        return self.spent or self.seconds > self.equal

    @property
    def seconds(self) -> float:
        """How long the node has taken up to now."""
        return self.whole.clock() - self.started

    def reason(self) -> str:
        """Which budget is spent, in words."""
        if self.whole.spent:
            return self.whole.reason()
        return f"its share of the budget, {self.share:.1f} s, is spent"
