"""One call of a node with a text in one of its inputs, the way a host makes it."""

from __future__ import annotations

import asyncio
import contextlib
import io
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.escapes.watcher import Attempt, Watcher
from reference_runtime.exercise.facts import Case
from reference_runtime.exercise.hooks import Hooks
from reference_runtime.exercise.invoking import (
    NODE_ID,
    Subject,
    Timing,
    bind,
    hidden_values,
    invoke,
    nested,
)
from reference_runtime.exercise.observe import Surroundings, inference, make_inputs
from reference_runtime.exercise.returned import read

MAX_PRINTED = 1 << 16


@dataclass
class Seen:
    """What one call did and gave."""

    value: str
    attempts: list[Attempt] = field(default_factory=list)
    gave: list[Any] = field(default_factory=list)
    """Outputs, and what is for the frontend."""
    error: str = ""
    printed: str = ""
    linked_from: int | None = None
    """The validator refused; attempts from this one on were made all the same, over a link."""

    @property
    def said(self) -> str:
        """All that it said in words."""
        return f"{self.error}\n{self.printed}"


class Caller:
    """Calls one node with texts in ``name``, all else as in the case. Raises what making raises."""

    def __init__(
        self, around: Surroundings, watcher: Watcher, subject: Subject, case: Case, name: str
    ) -> None:
        self._around, self._watcher, self._subject = around, watcher, subject
        self._name = name
        self._inputs = make_inputs(subject, case)
        self._hooks = Hooks(subject, around.place, around.loop)
        self._loop = asyncio.new_event_loop()
        self.usual = self._plain(self._inputs.get(name))

    @staticmethod
    def _plain(value: Any) -> str:
        value = value[0] if isinstance(value, list) and value else value
        return value if isinstance(value, str) else ""

    def close(self) -> None:
        self._loop.close()

    def call(self, value: str) -> Seen:
        """Validate, fingerprint and run; never raises for what the node does."""
        seen = Seen(value)
        inputs = {**self._inputs, self._name: [value] if self._subject.wants_lists else value}
        printed = io.StringIO()
        watcher = self._watcher
        watcher.attempts = seen.attempts
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), inference():
            watcher.active = True
            try:
                self._run(seen, inputs)
            except BaseException as error:  # a library may raise BaseException itself
                seen.error = f"{type(error).__name__}: {error}"[:MAX_PRINTED]
            finally:
                watcher.active = False
                watcher.attempts = []
        seen.printed = printed.getvalue()[:MAX_PRINTED]
        return seen

    def _run(self, seen: Seen, inputs: dict[str, Any]) -> None:
        constants = self._subject.constants
        if self._name in constants and self._refused(seen, inputs):
            if self._subject.types.get(self._name) != "STRING":
                return
            seen.linked_from = len(seen.attempts)
        elif self._name in constants:
            self._hooks.fingerprint(inputs, "constants")
        self._execute(seen, inputs)

    def _refused(self, seen: Seen, inputs: dict[str, Any]) -> bool:
        facts = self._hooks.validate(inputs, "constants")
        if facts is None or (facts["failure"] is None and facts["accepted"]):
            return False
        failure = facts["failure"]
        seen.error = failure["message"] if failure else str(facts["value"])
        return True

    def _execute(self, seen: Seen, inputs: dict[str, Any]) -> None:
        subject = self._subject
        target = subject.fresh()
        prompt = {NODE_ID: {"class_type": subject.key, "inputs": {}}}
        function = bind(subject, target, hidden_values(subject, prompt))
        asyncio.set_event_loop(self._loop)
        try:
            coroutine = invoke(function, nested(subject, inputs), Timing())
            raw = self._loop.run_until_complete(coroutine)
        finally:
            asyncio.set_event_loop(self._around.loop)
        returned = read(subject, raw)
        seen.gave = [*(returned.values or ()), returned.ui]
