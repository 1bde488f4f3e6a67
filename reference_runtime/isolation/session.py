"""One pack in its worker: loaded once, described node by node."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from reference_runtime.host.finder import install
from reference_runtime.isolation import rpc
from reference_runtime.isolation.observe import Observer
from reference_runtime.levels import ACTIVE, configure
from reference_runtime.loading.awaiting import Runner, mentions_asyncio
from reference_runtime.loading.describe import describe
from reference_runtime.loading.facts import load_facts
from reference_runtime.loading.loader import load
from reference_runtime.loading.place import Place
from reference_runtime.loading.siblings import serve_siblings
from reference_runtime.touches import LOG


class Session:
    """The life of a pack in this process.

    ``params``: ``path`` and ``original`` (see Place), ``level``, ``mode``, ``host`` (folder that
    poses as the host's), ``work`` (the writable folder), ``web`` (see facts.load_facts).
    ``writes_refused``: whether the sandbox refuses writes elsewhere; ``blocks``: the audit hook is
    to refuse them in its place.
    """

    def __init__(
        self,
        params: rpc.Message,
        writes_refused: bool,
        progress: Callable[[str], None],
        blocks: bool = False,
    ) -> None:
        self.place = Place(Path(params["path"]), Path(params["original"]))
        self.host = Path(params["host"])
        self.web: str | None = params["web"]
        self._progress = progress
        self._told = 0
        configure(params["level"], params["mode"])
        LOG.clear()
        LOG.watch(str(self.place.path))
        _pose_as_host(self.host)
        self._install_host()
        self.work = Path(params["work"])
        self.observer = Observer(self.place, self.work, self.host, writes_refused, blocks)
        self._writes_refused = writes_refused
        self._exercise: Any = None
        self._probing: Any = None
        self._route_probing: Any = None

    def _install_host(self) -> None:
        install(self.host)
        if self.place.host_folder is not None:
            serve_siblings(self.place.path.parent)

    def load(self) -> rpc.Message:
        """Import the pack under observation."""
        runner = Runner(mentions_asyncio(self.place))
        with self.observer:
            self.loaded = load(self.place, ACTIVE.level, runner, self._progress)
        # What importing brought stays: don't look for garbage in it while describing.
        gc.freeze()
        LOG.phase = "schema"
        facts = load_facts(self.loaded, self.web, peak_bytes())
        return {
            "load": facts,
            "problems": self.loaded.problems,
            "side_effects": self.observer.effects(),
            "candidates": [
                {"label": candidate.label, "blocked": candidate.blocked}
                for candidate in self.loaded.candidates
            ],
            "refused_writes": self.observer.refused_writes,
            "touches": self._new_touches(),
            **versions(),
        }

    def describe(self, index: int) -> rpc.Message:
        """Describe the candidate with that number, counting from 0."""
        candidate = self.loaded.candidates[index]
        self._progress(f"describe {candidate.label}")
        node = self.loaded.runner.call(lambda: describe(candidate, self.loaded))
        return {"node": node, "touches": self._new_touches()}

    def exercise(self, params: rpc.Message) -> rpc.Message:
        """Run a node on a case; see ``exercise.serving``."""
        self.warm_up()
        self._progress(f"run {params['key']} on {params['case']['id']}")
        done: rpc.Message = self._exercise.run(params)
        return {**done, "touches": self._new_touches()}

    def warm_up(self) -> rpc.Message:
        """Import what running nodes takes, so that no node is charged for it."""
        if self._exercise is None:
            self._progress("import torch")
            self._exercise = self._begin_exercise()
        return {}

    def relate(self, params: rpc.Message) -> rpc.Message:
        """Run the case of the last ``exercise`` again in some other way."""
        if self._exercise is None:
            raise ValueError("relate comes after exercise")
        done: rpc.Message = self._exercise.relate(params)
        return {**done, "touches": self._new_touches()}

    def cross(self, params: rpc.Message) -> rpc.Message:
        """Try what isolation makes of a node; see ``exercise.crossing``."""
        self.warm_up()
        self._progress(f"try {params['step']} of {params['key']} on {params['case']['id']}")
        done: rpc.Message = self._exercise.cross(params)
        return {**done, "touches": self._new_touches()}

    def probe(self, params: rpc.Message) -> rpc.Message:
        """Try ways out of one text input of a node; see ``escapes``."""
        self.warm_up()
        if self._probing is None:
            from reference_runtime.escapes.serving import Probing

            self._probing = Probing(self._exercise, self.host, self._writes_refused)
        place = f"probe {params['key']}.{params['input']}"
        self._progress(place)
        done: rpc.Message = self._probing.probe(
            params, lambda doing: self._progress(f"{place}: {doing}")
        )
        return {**done, "touches": self._new_touches()}

    def route_inputs(self, params: rpc.Message) -> rpc.Message:
        """What the handler of a route asks for; see ``escapes.route_serving``."""
        self._progress(f"ask route {params['number']}")
        asked: rpc.Message = self._routes().inputs(params["number"])
        return {**asked, "touches": self._new_touches()}

    def probe_route(self, params: rpc.Message) -> rpc.Message:
        """Try ways out of one parameter of a route."""
        place = f"probe route {params['number']} {params['name']}"
        self._progress(place)
        done: rpc.Message = self._routes().probe(
            params, lambda doing: self._progress(f"{place}: {doing}")
        )
        return {**done, "touches": self._new_touches()}

    def _routes(self) -> Any:
        if self._route_probing is None:
            from reference_runtime.escapes.route_serving import RouteProbing

            LOG.phase = "run"
            refused = self._writes_refused
            self._route_probing = RouteProbing(self.place, self.work, self.host, refused)
        return self._route_probing

    def _begin_exercise(self) -> Any:
        from reference_runtime.exercise.observe import Surroundings
        from reference_runtime.exercise.serving import Exercise

        LOG.phase = "run"
        runner = self.loaded.runner
        around = Surroundings(self.place, self.work, self.observer.audit, runner.loop)
        return Exercise(self.loaded, around)

    def finish(self) -> rpc.Message:
        """What is only known at the end."""
        return {"peak_bytes": peak_bytes(), **versions()}

    def _new_touches(self) -> list[dict[str, Any]]:
        """Touches since the last answer: what is told is safe from the worker's death."""
        new = LOG.as_dicts(self._told)
        self._told += len(new)
        return new


def _pose_as_host(host: Path) -> None:
    """Packs find the host's folder by the main module's file and the program's name."""
    main = ModuleType("__main__")
    main.__file__ = str(host / "main.py")
    sys.modules["__main__"] = main
    sys.argv[:] = [str(host / "main.py")]


def peak_bytes() -> int:
    """Peak resident memory of this process; not what it inherited from its parent before exec."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return _rusage_peak()


def _rusage_peak() -> int:
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def versions() -> dict[str, Any]:
    """Versions of the libraries that decide about tensors, where they are loaded."""
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "torch": _version("torch"),
        "numpy": _version("numpy"),
    }


def _version(name: str) -> str | None:
    version = getattr(sys.modules.get(name), "__version__", None)
    return None if version is None else str(version)
