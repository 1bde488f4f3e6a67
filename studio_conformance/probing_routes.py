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
MAX_DEATHS = 2
"""A route that ended so many workers is not tried further."""
_DOING = re.compile(r": (\d+) (\S+)$")


@dataclass
class RouteAttempts:
    """All payloads for all routes of a pack."""

    routes: list[RouteFacts]
    exerciser: Exerciser
    share: NodeBudget
    _facts: RoutesFacts = field(default_factory=lambda: {"found": [], "tried": 0, "left": {}})
    _deaths: int = 0
    """Of workers, by the route of now."""

    def run(self) -> RoutesFacts:
        """Try, as long as the share lasts."""
        for number, route in enumerate(self.routes):
            self._deaths = 0
            if route["method"] not in ("STATIC", "SUBAPP"):
                try:
                    self._try_route(number)
                except ProbeEnded as ended:
                    self._facts["left"][number] = str(ended)
        return self._facts

    def _try_route(self, number: int) -> None:
        """Raises ProbeEnded."""
        if self.share.spent:
            raise ProbeEnded(self.share.reason())
        asked = self.exerciser.route_inputs(number)
        if asked["left"]:
            raise ProbeEnded(asked["left"])
        ends = time.monotonic() + ROUTE_SECONDS
        for each in asked["inputs"]:
            if not (each["bare"] and self._has(number, each["name"])):
                self._try(number, each, ends)

    def _has(self, number: int, name: str) -> bool:
        return any((e["number"], e["name"]) == (number, name) for e in self._facts["found"])

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
        return f"the payloads before took {ROUTE_SECONDS:g} s"

    def _keep(self, number: int, where: RouteInput, found: list[EscapeFacts]) -> None:
        route, parameter = self.routes[number], Parameter(where["place"], where["name"])
        for escape in found:
            request = shown(route["method"], route["path"], parameter, escape["value"])
            self._facts["found"].append(
                {"number": number, "name": where["name"], "request": request, "escape": escape}
            )
