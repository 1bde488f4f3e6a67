"""Several workers that run the nodes of a pack ahead, in the order in which they will be asked for.

They go over the nodes twice, so that each node has had its first round before any has its second.
The worker of the first round has the second too: what a node finds in its process may decide what
it does. Each thread has a worker of its own, from its first node to the end: the kernel ends a
worker when the thread that started it ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from functools import partial
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from reference_runtime.exercise.facts import NodeExecution
from reference_runtime.exercise.runner import Exerciser
from reference_runtime.isolation.signals import cleaning_before_termination
from studio_conformance.subject import Node

JOIN_SECONDS = 10.0
Half = TypeVar("Half")
"""A node after its first round."""


class Crew(Generic[Half]):
    """``new`` makes an exerciser; ``first`` and ``second`` run one node with one, a round each.

    ``close`` must be called.
    """

    def __init__(
        self,
        new: Callable[[], Exerciser],
        first: Callable[[Node, Exerciser], Half],
        second: Callable[[Half, Exerciser], NodeExecution],
    ) -> None:
        self._new, self._first, self._second = new, first, second
        self._lock = Lock()
        self._waiting: deque[Node] = deque()
        """For their first round."""
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
        expected = [*nodes]
        self._waiting.extend(expected)
        self._futures = {id(node.facts): Future() for node in expected}
        for number in range(min(workers, len(expected))):
            thread = Thread(target=self._serve, name=f"exercise-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def result(self, node: Node) -> NodeExecution:
        """What came of the node; waits for it, or runs it now where it was not expected.

        Raises what a round raises, and CancelledError after ``close``.
        """
        future = self._futures.get(id(node.facts))
        if future is not None:
            return future.result()
        if self._closed:
            raise CancelledError
        if self._own is None:
            self._own = self._hire()
        return self._second(self._first(node, self._own), self._own)

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
            begun = [(node, half) for node in self._each() for half in self._begun(node, exerciser)]
            for node, half in begun:
                if not self._closed:
                    _settle(self._futures[id(node.facts)], partial(self._second, half, exerciser))
        finally:
            exerciser.close()

    def _each(self) -> Iterator[Node]:
        """The nodes that this thread takes."""
        while (node := self._next()) is not None:
            yield node

    def _next(self) -> Node | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting and not self._closed else None

    def _begun(self, node: Node, exerciser: Exerciser) -> list[Half]:
        """The node after its first round; none where that raised."""
        try:
            return [self._first(node, exerciser)]
        except BaseException as error:
            self._futures[id(node.facts)].set_exception(error)
            return []


def _settle(future: Future[Any], work: Callable[[], Any]) -> None:
    """Put what comes of the work into the future, unless that was cancelled."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)
