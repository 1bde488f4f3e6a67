"""Tries ways out of a pack through requests to the routes that it registers: for SANDBOX-020.

All routes have one share of the budget. A request that ends the worker, or that is not answered, is
told as such; the next one goes to a new worker.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from reference_runtime.description import RouteFacts
from reference_runtime.escapes.facts import EscapeFacts, RouteInput, RoutesFacts
from reference_runtime.escapes.requests import Parameter, shown
from reference_runtime.exercise.budget import NodeBudget
from reference_runtime.exercise.runner import Exerciser, ProbeEnded, RouteProbe

REQUEST_SECONDS = 2.0
ROUTE_SECONDS = 4.0
"""Once the payloads for one route have taken so long, the rest is left."""
GENEROSITY = 3.0
"""How many equal parts of what is left of the share one route may take."""
MAX_DEATHS = 2
"""A route that ended so many workers is not tried further."""
_DOING = re.compile(r": (\d+) (\S+)$")


def blank() -> RoutesFacts:
    """Nothing was tried yet."""
    return {"found": [], "tried": 0, "reached": [], "left": {}}


@dataclass
class RouteAttempts:
    """All payloads for all routes of a pack."""

    routes: list[RouteFacts]
    exerciser: Exerciser
    share: NodeBudget
    _facts: RoutesFacts = field(default_factory=blank)
    _deaths: int = 0
    """Of workers, by the route of now."""
    _reached: set[tuple[int, str]] = field(default_factory=set)
    """Numbers and parameters whose text was seen in something that is watched."""

    def run(self) -> RoutesFacts:
        """Try, as long as the share lasts."""
        for number, route in enumerate(self.routes):
            self._deaths = 0
            if route["method"] not in ("STATIC", "SUBAPP"):
                try:
                    self._try_route(number)
                except ProbeEnded as ended:
                    self._facts["left"][number] = str(ended)
        self._facts["reached"] = sorted({number for number, _ in self._reached})
        return self._facts

    def _try_route(self, number: int) -> None:
        """Raises ProbeEnded."""
        if self.share.spent:
            raise ProbeEnded(self.share.reason())
        asked = self.exerciser.route_inputs(number)
        if asked["left"]:
            raise ProbeEnded(asked["left"])
        ends = time.monotonic() + self._seconds(number)
        for each in asked["inputs"]:
            if not (each["bare"] and (number, each["name"]) in self._reached):
                self._try(number, each, ends)

    def _seconds(self, number: int) -> float:
        left = self.share.ends - self.share.whole.clock()
        return min(ROUTE_SECONDS, GENEROSITY * left / (len(self.routes) - number))

    def _try(self, number: int, where: RouteInput, ends: float) -> None:
        """Give one parameter all payloads. Raises ProbeEnded where time or workers end."""
        begin: int | None = 0
        while begin is not None:
            left = min(ends - time.monotonic(), self.share.ends - self.share.whole.clock())
            if left <= 0:
                raise ProbeEnded(self._why_left())
            seconds = min(REQUEST_SECONDS, left)
            request = RouteProbe(
                number, where["place"], where["name"], where["bare"], begin, seconds
            )
            try:
                done = self.exerciser.probe_route(request)
            except ProbeEnded as ended:
                begin = self._after(ended)
                continue
            if done["reached"]:
                self._reached.add((number, where["name"]))
            self._keep(number, where, done["found"])
            self._facts["tried"] += done["tried"]
            begin = done["next"]

    def _after(self, ended: ProbeEnded) -> int:
        """Number of the payload to go on with. Raises ProbeEnded where there is no going on."""
        self._deaths += 1
        doing = _DOING.search(ended.doing)
        if not ended.fatal or doing is None or self._deaths >= MAX_DEATHS:
            raise ended
        return int(doing[1]) + 1

    def _why_left(self) -> str:
        if self.share.spent:
            return self.share.reason()
        return "the payloads before took its part of the time"

    def _keep(self, number: int, where: RouteInput, found: list[EscapeFacts]) -> None:
        route, parameter = self.routes[number], Parameter(where["place"], where["name"])
        for escape in found:
            method = "ANY" if route["method"] == "*" else route["method"]
            request = shown(method, route["path"], parameter, escape["value"])
            self._facts["found"].append(
                {"number": number, "name": where["name"], "request": request, "escape": escape}
            )
