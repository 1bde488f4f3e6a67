"""Drives workers through one inspection: load, describe each node, replace those that die.

A pack that kills its worker while loading gives a description without nodes. A node that kills it
is left out, and a fresh worker describes the rest.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from reference_runtime.host.core_nodes import core_node_ids
from reference_runtime.isolation import rpc
from reference_runtime.isolation.confining import (
    DEFAULT,
    Sandbox,
    confinement,
    hello,
    worker_policy,
)
from reference_runtime.isolation.copying import TooBig, copy_pack
from reference_runtime.isolation.death import WorkerDied
from reference_runtime.isolation.process import Begun, WorkerProcess
from reference_runtime.isolation.rpc import RemoteError
from reference_runtime.isolation.scratch import Scratch
from reference_runtime.loading.failures import problem
from reference_runtime.loading.place import Place
from reference_runtime.loading.registration import settle
from reference_runtime.sandbox import bubblewrap
from reference_runtime.sandbox.launching import Confinement
from reference_runtime.sandbox.policy import NOTHING, Enforced, SandboxPolicy

if TYPE_CHECKING:
    from reference_runtime.description import (
        LoadFacts,
        NodeDescription,
        PackDescription,
        Problem,
    )
    from reference_runtime.isolation.unisolated import InProcess

START_SECONDS = 30.0
ASKED_AHEAD = 64
"""Requests for descriptions under way at a time."""
MAX_DEATHS = 5
"""After so many, the remaining nodes are given up: each death may cost a whole deadline."""
HOST_NAME, SCRATCH_NAME = "<host>", "<scratch>"
"""Stand for our folders in a description, so that two runs give the same one."""


class CannotStart(Exception):
    """No worker could be started; the message says why."""


class CannotConfine(CannotStart):
    """The sandbox can't be enforced here, and nobody said to go on without it."""


@dataclass(frozen=True)
class Wanted:
    """What to inspect. ``path`` is absolute; ``web``: see ``facts.load_facts``."""

    path: Path
    level: str
    mode: str
    timeout: float
    python: str
    web: str | None
    hash_seed: int = 0
    isolated: bool = True
    """In a process of its own; else in this one, see ``unisolated``."""
    fakes: bool = False
    """Small files stand in for weights in the models folder."""
    sandbox: Sandbox = DEFAULT
    preloaded: bool = False
    """Fork the worker from a process that has imported torch, where there is one: loading the pack
    is then no measure of what it imports."""


@dataclass
class Inspector:
    """One inspection and all its workers; a context manager that ends the last of them."""

    wanted: Wanted
    scratch: Scratch
    on_progress: Callable[[str], None] = lambda text: None
    on_node: Callable[[NodeDescription], None] = lambda node: None
    """Gets each node's description while the worker makes the next ones."""
    enforced: Enforced = NOTHING
    """What the sandbox of the last worker enforces."""
    deaths: list[tuple[WorkerDied, str]] = field(default_factory=list)
    """Each with the last lines that the worker printed."""
    outputs: list[str] = field(default_factory=list)
    output_bytes: int = 0
    ahead: WorkerProcess | None = None
    """The first worker, where its process was started before."""
    _copy: Path | None = None
    _worker: WorkerProcess | InProcess | None = None
    _starting: list[int] = field(default_factory=list)
    """Numbers of the requests hello, prepare and load to a worker that has not loaded yet."""
    _asked: deque[int] = field(default_factory=deque)
    """Numbers of the requests for descriptions that are under way."""
    _nodes: list[NodeDescription] = field(default_factory=list)
    _blocked: list[str | None] = field(default_factory=list)
    _problems: list[Problem] = field(default_factory=list)
    _touches: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def begin(self) -> None:
        """Start the first worker and ask it to load the pack; waits for nothing.

        Raises CannotStart.
        """
        if self.wanted.fakes:
            from reference_runtime.recipes import fake_files

            fake_files.write(self.scratch.host)
        self._start()
        self._ask_to_load()

    def run(self) -> PackDescription:
        """What came of it, after ``begin``. Raises CannotStart."""
        try:
            loaded = self._first_load()
        except WorkerDied as death:
            self._note_death(death)
            self._problems.append(_load_problem(death))
            return self._description(_no_load(self.wanted.path), {})
        self._problems += loaded["problems"]
        self._describe_all(loaded["candidates"])
        is_core = Place(self.wanted.path, self.wanted.path).is_core()
        taken = frozenset() if is_core else core_node_ids()
        self._problems += settle(self._nodes, self._blocked, taken)
        return self._description(loaded["load"], {**loaded, **self._finish()})

    def load(self) -> None:
        """Start a worker and wait until it has loaded the pack, to be asked by ``call`` then.

        Raises CannotStart and WorkerDied.
        """
        self.begin()
        self._first_load()

    @property
    def worker(self) -> WorkerProcess | InProcess | None:
        """The worker of now, if one was started."""
        return self._worker

    def call(self, method: str, params: dict[str, Any], timeout: float, name: str) -> Any:
        """Ask the worker; ``name`` is how errors call the request.

        Raises WorkerDied (after ``load`` there is a fresh one then) and rpc.RemoteError.
        """
        assert self._worker is not None
        answer = self._worker.call(method, params, timeout, name)
        self._keep_touches(answer)
        return answer

    def last_lines(self) -> str:
        """The last lines the worker printed, with its folders renamed."""
        printed = "" if self._worker is None else self._worker.output.last_lines()
        return self._rewrite(printed.encode()).decode()

    def __enter__(self) -> Inspector:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_worker()

    # --- workers --------------------------------------------------------------------------------

    def _start(self) -> None:
        """Replace the worker by a fresh one, and ask it to confine itself and say hello."""
        if self._worker is not None:
            self._end_worker()
        self._asked.clear()
        if not self.wanted.isolated:
            self._worker = self._in_process()
            self._starting = [self._worker.ask("hello", {"protocol": rpc.PROTOCOL})]
            return
        self._worker = self._new_worker()
        enforced = self._worker.enforced()
        if enforced is not None and not enforced.holds and not self.wanted.sandbox.observe:
            raise CannotConfine(enforced.line)
        self._starting = [self._worker.ask("hello", self._hello(enforced))]

    def _in_process(self) -> InProcess:
        from reference_runtime.isolation.unisolated import InProcess

        return InProcess(self._tell)

    def _new_worker(self) -> WorkerProcess:
        python = self.wanted.python
        worker, self.ahead = self.ahead, None
        confined = self._confinement()
        if worker is not None and confined is not None:
            worker.kill()  # it would have to be confined before its start
        elif worker is not None:
            worker.attend(self._rewrite, self._tell)
            return worker
        try:
            return WorkerProcess(
                python,
                self.scratch.work,
                rewrite=self._rewrite,
                on_progress=self._tell,
                hash_seed=self.wanted.hash_seed,
                confinement=confined,
                begun=self._forked() if confined is None else None,
            )
        except OSError as error:
            raise CannotStart(f"{python} can't be started: {error.strerror or error}") from None

    def _forked(self) -> Begun | None:
        if not self.wanted.preloaded:
            return None
        from reference_runtime.isolation.forking import fork_now

        return fork_now(self.wanted.python, self.scratch.work, self.wanted.hash_seed)

    def _tell(self, doing: str) -> None:
        self.on_progress(doing)

    def _policy(self) -> SandboxPolicy:
        wanted = self.wanted
        return worker_policy(wanted.sandbox, wanted.path, wanted.python, [self.scratch.work])

    def _confinement(self) -> Confinement | None:
        """From outside, for an interpreter whose start is not ours, and for namespaces."""
        wanted = self.wanted
        refusal = bubblewrap.refusal() if wanted.sandbox.wrap else None
        if refusal is not None:
            raise CannotConfine(f"not enforced: namespaces ({refusal})")
        return confinement(wanted.sandbox, self._policy(), self.scratch, wanted.python)

    def _hello(self, enforced: Enforced | None) -> dict[str, Any]:
        told = enforced.to_wire() if enforced is not None else None
        order = hello(self.wanted.sandbox, self._policy(), self.scratch, enforced=told)
        return {"protocol": rpc.PROTOCOL, **order}

    def _end_worker(self) -> None:
        worker, self._worker = self._worker or self.ahead, None
        if worker is not None:
            worker.kill()
            self.outputs.append(self._rewrite(worker.output.text().encode()).decode())
            self.output_bytes += worker.output.size

    def _call(self, method: str, params: dict[str, Any], name: str) -> Any:
        assert self._worker is not None
        answer = self._worker.call(method, params, self.wanted.timeout, name)
        self._keep_touches(answer)
        return answer

    def _keep_touches(self, answer: dict[str, Any]) -> None:
        for touch in answer.get("touches", ()):
            key = (touch["name"], touch["kind"], touch["phase"])
            self._touches.setdefault(key, touch)

    def _rewrite(self, text: bytes) -> bytes:
        """Name the pack's own place, and not that of our folder, which differs from run to run."""
        if self._copy is not None:
            text = text.replace(_as_json(self._copy), _as_json(self.wanted.path))
        text = text.replace(_as_json(self.scratch.host), HOST_NAME.encode())
        return text.replace(_as_json(self.scratch.work), SCRATCH_NAME.encode())

    # --- loading --------------------------------------------------------------------------------

    def _first_load(self) -> dict[str, Any]:
        loaded = self._loaded()
        if loaded["refused_writes"] and not loaded["load"]["loaded"] and self._make_copy():
            self.begin()
            loaded = self._loaded()
        return loaded

    def _ask_to_load(self) -> None:
        """A worker answers in order, so it is asked for everything up to the loaded pack at once.

        It confines itself first: when that fails, so does everything it is asked after it.
        """
        params = {
            "path": str(self._copy or self.wanted.path),
            "original": str(self.wanted.path),
            "level": self.wanted.level,
            "mode": self.wanted.mode,
            "host": str(self.scratch.host),
            "work": str(self.scratch.work),
            "web": self.wanted.web,
        }
        assert self._worker is not None
        self._starting.append(self._worker.ask("prepare", params))
        self._starting.append(self._worker.ask("load", {}))

    def _loaded(self) -> dict[str, Any]:
        """The answers to what ``begin`` asked for. Raises CannotStart and WorkerDied."""
        assert self._worker is not None
        hello, prepare, load = self._starting
        try:
            said = self._worker.answer(hello, START_SECONDS, "hello")
        except (WorkerDied, RemoteError) as error:
            printed = self._worker.output.last_lines()
            python = self.wanted.python
            raise CannotStart(f"a worker of {python} did not start: {error}\n{printed}") from None
        self._worker.note_namespace()
        self.enforced = Enforced.from_wire(said["sandbox"])
        if not self.enforced.holds and self.wanted.isolated and not self.wanted.sandbox.observe:
            raise CannotConfine(self.enforced.line)
        self._worker.answer(prepare, START_SECONDS, "prepare")
        loaded: dict[str, Any] = self._worker.answer(load, self.wanted.timeout, "load")
        self._keep_touches(loaded)
        return loaded

    def _make_copy(self) -> bool:
        try:
            self._copy = self._copied()
        except (TooBig, OSError):
            return False
        return True

    def _copied(self) -> Path:
        """Where a host has it: packs find the host's folders relative to their own."""
        beside = self.scratch.host / "custom_nodes"
        beside.mkdir(exist_ok=True)
        return copy_pack(self.wanted.path, beside)

    # --- describing -----------------------------------------------------------------------------

    def _describe_all(self, candidates: list[dict[str, Any]]) -> None:
        alive = True
        for index, candidate in enumerate(candidates):
            if not alive:
                self._problems.append(_given_up(candidate["label"]))
                continue
            try:
                self._ask_ahead(index, len(candidates))
                self._nodes.append(self._describe(candidate["label"]))
                self._blocked.append(candidate["blocked"])
                self.on_node(self._nodes[-1])
            except WorkerDied as death:
                self._note_death(death)
                self._problems.append(_node_problem(death, candidate["label"]))
                alive = index + 1 == len(candidates) or self._reload(candidates)
            except RemoteError as error:
                self._problems.append(_undescribed(candidate["label"], error))

    def _ask_ahead(self, index: int, count: int) -> None:
        """Keep the worker busy: ask for the next nodes before this one's answer is read."""
        assert self._worker is not None
        for each in range(index + len(self._asked), min(index + ASKED_AHEAD, count)):
            self._asked.append(self._worker.ask("describe", {"index": each}))

    def _describe(self, label: str) -> NodeDescription:
        assert self._worker is not None
        number = self._asked.popleft()
        answer = self._worker.answer(number, self.wanted.timeout, f"describe {label}")
        self._keep_touches(answer)
        node: NodeDescription = answer["node"]
        return node

    def _reload(self, candidates: list[dict[str, Any]]) -> bool:
        """Load the pack in a fresh worker after a death; False when there is no going on."""
        if len(self.deaths) >= MAX_DEATHS:
            return False
        self.begin()
        try:
            again = self._loaded()
        except WorkerDied as death:
            self._note_death(death)
            self._problems.append(_load_problem(death))
            return False
        return [c["label"] for c in again["candidates"]] == [c["label"] for c in candidates]

    def _finish(self) -> dict[str, Any]:
        if self._worker is None or self._worker.ended:
            return {}
        try:
            found: dict[str, Any] = self._call("finish", {}, "finish")
        except WorkerDied as death:
            self._note_death(death)
            return {}
        return found

    def _note_death(self, death: WorkerDied) -> None:
        assert self._worker is not None
        printed = self._rewrite(self._worker.output.last_lines().encode()).decode()
        self.deaths.append((death, printed))

    def _description(self, load: LoadFacts, found: dict[str, Any]) -> PackDescription:
        load["peak_bytes"] = max(load["peak_bytes"], found.get("peak_bytes", 0))
        return {
            "protocol": rpc.PROTOCOL,
            "level": self.wanted.level,
            "mode": self.wanted.mode,
            "python": found.get("python", ""),
            "torch": found.get("torch"),
            "numpy": found.get("numpy"),
            "load": load,
            "problems": self._problems,
            "side_effects": found.get("side_effects", []),
            "touches": list(self._touches.values()),
            "nodes": self._nodes,
        }


def _as_json(path: Path) -> bytes:
    """The path as it stands inside a JSON string."""
    return json.dumps(str(path), ensure_ascii=False)[1:-1].encode("utf-8", "replace")


def _load_problem(death: WorkerDied) -> Problem:
    kind = "load-hung" if death.hung else "load-crashed"
    doing = "" if death.request == "load" else f" ({death.request})"
    text = f"loading the pack{doing}: the worker {_said(death)}"
    return problem(kind, text, cause=death.cause, request=death.request)


def _node_problem(death: WorkerDied, label: str) -> Problem:
    kind = "node-hung" if death.hung else "node-crashed"
    text = f"describing {label}: the worker {_said(death)}"
    return problem(kind, text, node=label, cause=death.cause, request=death.request)


def _said(death: WorkerDied) -> str:
    was = "was " if death.cause.startswith("killed") else ""
    return f"gave {death.cause}" if death.hung else was + death.cause


def _undescribed(label: str, error: RemoteError) -> Problem:
    return problem("node-crashed", f"describing {label} failed: {error}", node=label)


def _given_up(label: str) -> Problem:
    text = f"{label} was not described: the pack's worker kept dying"
    return problem("node-crashed", text, node=label, cause="given up")


def _no_load(path: Path) -> LoadFacts:
    place = Place(path, path)
    return {
        "loaded": False,
        "route": "none",
        "name": place.name,
        "python_module": place.python_module,
        "mapping_present": False,
        "mapping_size": None,
        "entry_names": [],
        "on_load_overridden": False,
        "on_load_location": None,
        "web_directory": None,
        "routes": [],
        "seconds": 0.0,
        "peak_bytes": 0,
        "modules": 0,
        "replacements": [],
    }
