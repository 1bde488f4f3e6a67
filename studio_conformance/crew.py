"""Several workers that run the nodes of a pack ahead, in the order in which they will be asked for.

Each thread has a worker of its own, from its first node to the end: the kernel ends a worker when
the thread that started it ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from threading import Lock, Thread

from reference_runtime.exercise.facts import NodeExecution
from reference_runtime.exercise.runner import Exerciser
from reference_runtime.isolation.signals import cleaning_before_termination
from studio_conformance.subject import Node

JOIN_SECONDS = 10.0
Work = Callable[[Node, Exerciser], NodeExecution]


class Crew:
    """``work`` runs one node with an exerciser; ``new`` makes one. ``close`` must be called."""

    def __init__(self, new: Callable[[], Exerciser], work: Work) -> None:
        self._new, self._work = new, work
        self._lock = Lock()
        self._waiting: deque[Node] = deque()
        self._futures: dict[int, Future[NodeExecution]] = {}
        self._exercisers: list[Exerciser] = []
        self._threads: list[Thread] = []
        self._closed = False
        self._own: Exerciser | None = None
        """For nodes that nobody expected; belongs to the caller's thread."""
        self._ending = ExitStack()
        self._ending.enter_context(cleaning_before_termination(self.close))

    def begin(self, nodes: Iterable[Node], workers: int) -> None:
        """Let ``workers`` threads begin with ``nodes``; with one worker nothing is run ahead."""
        if workers < 2:
            return
        self._waiting.extend(nodes)
        self._futures = {id(node.facts): Future() for node in self._waiting}
        for number in range(min(workers, len(self._waiting))):
            thread = Thread(target=self._serve, name=f"exercise-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def result(self, node: Node) -> NodeExecution:
        """What came of the node; waits for it, or runs it now where it was not expected.

        Raises what ``work`` raises, and CancelledError after ``close``.
        """
        future = self._futures.get(id(node.facts))
        if future is not None:
            return future.result()
        if self._closed:
            raise CancelledError
        if self._own is None:
            self._own = self._hire()
        return self._work(node, self._own)

    def close(self) -> None:
        """End all workers; what was not run is cancelled. Safe to call again."""
        self._ending.close()
        with self._lock:
            self._closed = True
            self._waiting.clear()
            exercisers = list(self._exercisers)
        for exerciser in exercisers:
            exerciser.stop()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)
        for exerciser in exercisers:
            exerciser.close()
        for future in self._futures.values():
            future.cancel()

    def _hire(self) -> Exerciser:
        exerciser = self._new()
        with self._lock:
            self._exercisers.append(exerciser)
        return exerciser

    def _serve(self) -> None:
        exerciser = self._hire()
        try:
            while (node := self._next()) is not None:
                self._run(node, exerciser)
        finally:
            exerciser.close()

    def _next(self) -> Node | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting and not self._closed else None

    def _run(self, node: Node, exerciser: Exerciser) -> None:
        future = self._futures[id(node.facts)]
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(self._work(node, exerciser))
        except BaseException as error:
            future.set_exception(error)
