"""The worker's answers about routes: what their handlers ask for, and payloads in each of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reference_runtime.escapes.arena import Arena
from reference_runtime.escapes.asking import Asked
from reference_runtime.escapes.facts import NO_AIOHTTP
from reference_runtime.escapes.hosting import guarded_host
from reference_runtime.escapes.probing import Probe
from reference_runtime.escapes.requests import Parameter, Values
from reference_runtime.escapes.routing import Route, RouteCaller
from reference_runtime.escapes.watcher import Watcher
from reference_runtime.loading.place import Place

NOT_SOUGHT = frozenset({"exists", "network", "own-folder", "link"})
"""Kinds that many routes are there for, or that need more than a request."""


class RouteProbing:
    """Calls the routes of one worker. ``enforced``: the kernel refuses writes elsewhere."""

    def __init__(self, place: Place, work: Path, host: Path, enforced: bool) -> None:
        self._enforced = enforced
        self._watcher = Watcher(str(place.path), str(work / "tmp"))
        self._arena = Arena(host, work / "home")
        self._route: tuple[int, Route, Asked] | None = None
        self._probe: tuple[Any, Probe] | None = None

    def inputs(self, number: int) -> dict[str, Any]:
        """The parameters of the route with that number, each once more with the others absent."""
        left = self._why_not(number)
        if left:
            return {"inputs": [], "left": left}
        with self._in_arena(), guarded_host():
            _, asked = self._of(number)
        found = [
            {"place": each.place, "name": each.name, "bare": bare}
            for each in asked.names
            for bare in (False, True)
            if not bare or any(o not in asked.needed for o in asked.names if o != each)
        ]
        return {"inputs": found, "left": ""}

    def probe(self, params: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
        """``params``: ``number`` of the route, ``place`` and ``name`` of a parameter, ``bare``,
        ``begin`` (number of a payload), ``seconds``.
        """
        parameter = Parameter(params["place"], params["name"])
        with self._in_arena() as arena, guarded_host():
            route, asked = self._of(params["number"])
            what = (params["number"], parameter, params["bare"])
            if self._probe is None or self._probe[0] != what:
                others = _others(asked, parameter, params["bare"])
                caller = RouteCaller(route, self._watcher, parameter, others)
                name, watcher = parameter.name, self._watcher
                probe = Probe(name, caller, arena, watcher, tell, NOT_SOUGHT, brief=True)
                self._probe = (what, probe)
            return {"probe": self._probe[1].run(params["begin"], params["seconds"])}

    def _why_not(self, number: int) -> str:
        if not self._enforced:
            return "writes are not refused by the kernel: no payload is tried"
        try:
            import aiohttp.test_utils  # noqa: F401
        except ImportError:
            return NO_AIOHTTP
        return "" if callable(_recorded(number).handler) else "it has no handler of its own"

    def _of(self, number: int) -> tuple[Route, Asked]:
        if self._route is None or self._route[0] != number:
            if self._route is not None:
                self._route[1].close()
            recorded = _recorded(number)
            route = Route(recorded.method, recorded.path, recorded.handler)
            self._route = (number, route, route.asked())
        return self._route[1], self._route[2]

    @contextmanager
    def _in_arena(self) -> Iterator[Arena]:
        """The decoys are there within the block."""
        arena, watcher, cwd = self._arena, self._watcher, os.getcwd()
        watcher.allowed = tuple(arena.allowed)
        watcher.decoys = tuple(map(str, arena.decoys))
        arena.build()
        try:
            yield arena
        finally:
            os.chdir(cwd)
            arena.park()


def _recorded(number: int) -> Any:
    from reference_runtime.host.standins.server import PromptServer

    return PromptServer.instance.recorded_routes[number]


def _others(asked: Asked, parameter: Parameter, bare: bool) -> Values:
    """Harmless texts for all other names, or for those alone that can't be left out."""
    others = [each for each in asked.names if each != parameter]
    return {each: RouteCaller.usual for each in others if not bare or each in asked.needed}
