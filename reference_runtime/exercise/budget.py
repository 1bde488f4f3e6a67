"""How long running nodes may take in all, and each of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

GENEROSITY = 5.0
"""How many equal shares one node may take."""
LEAST_SECONDS = 2.0


@dataclass
class Budget:
    """``seconds`` for a whole run, from its first node on; ``node_seconds`` for each node."""

    seconds: float
    node_seconds: float
    clock: Callable[[], float] = time.monotonic
    _ends: float | None = field(default=None, init=False)

    def begin_node(self, waiting: int = 0, workers: int = 1) -> NodeBudget:
        """The share of the next node, where so many more wait for so many workers.

        Most nodes need far less than an equal share, so a node may take several times that.
        """
        now = self.clock()
        if self._ends is None:
            self._ends = now + self.seconds
        equal = max(self._ends - now, 0.0) * workers / (waiting + 1)
        share = min(self.node_seconds, max(GENEROSITY * equal, LEAST_SECONDS))
        return NodeBudget(self, now, min(now + share, self._ends), share, equal)

    @property
    def spent(self) -> bool:
        """Whether nothing is left for any node."""
        return self._ends is not None and self.clock() >= self._ends


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
            return f"the budget of {self.whole.seconds:g} s for the run is spent"
        return f"its share of the budget, {self.share:.1f} s, is spent"
