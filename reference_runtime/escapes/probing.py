"""Tries the payloads on one input of one node, in the worker, one call at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from reference_runtime.escapes.arena import FOLDER, Arena, Base
from reference_runtime.escapes.calling import Seen
from reference_runtime.escapes.catalogue import COVER, Payload, payloads
from reference_runtime.escapes.facts import EscapeFacts, EscapeKind, ProbeFacts
from reference_runtime.escapes.judging import FILES, PATHS, Escape, Judge, digest
from reference_runtime.escapes.taint import texts_of
from reference_runtime.escapes.watcher import Attempt, Known, Watcher

EXTENSIONS = (
    ".png", FOLDER, ".txt", ".json", ".safetensors", ".csv", ".yaml", ".pt", ".npy", ".wav", ".jpg",
    ".mp4", ".ttf", ".db", ".zip", ".md", ".py",
)  # fmt: skip
"""Of files that are there, tried in this order; a folder too."""
BRIEF = 6
"""How many of them are tried where there are many places and little time."""
WIDE = ("abs-1", "dd-deep", "up-plain")
"""Payloads that are tried with every extension, where it is not known which one is wanted."""
FEW = ("abs-1", "dd-deep", "up-plain", "py-os", "py-plain", "sh-dq", "net-name", "env-var")
"""All that a slow node is given where no watched function ever saw a harmless text."""
SHRINK_TRIES = 80
SLOW_SECONDS = 0.02
"""A node that takes longer for a call is given fewer extensions."""
SLOW_AVERAGE = 0.01
"""The same, over all calls with harmless texts."""
MAX_FORMS = 3


class Calls(Protocol):
    """Calls something with texts in one place. ``usual``: the text that it has by default."""

    usual: str

    def call(self, value: str) -> Seen:
        """Never raises for what is called."""

    def close(self) -> None:
        """No more calls come."""


@dataclass
class Learned:
    """What harmless texts told of an input."""

    known: Known = field(default_factory=Known)
    bases: list[Base] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    """Extensions with which a file was asked for."""
    reached: bool = False
    ops: set[str] = field(default_factory=set)
    own_writes: list[Attempt] = field(default_factory=list)
    secret: Seen | None = None


class Probe:
    """One input. ``tell`` is told of each payload before it is tried.

    ``granted``: kinds of what the input may do. ``brief``: fewer names of files are tried.
    """

    def __init__(
        self,
        name: str,
        caller: Calls,
        arena: Arena,
        watcher: Watcher,
        tell: Callable[[str], None],
        granted: frozenset[str] = frozenset(),
        brief: bool = False,
    ) -> None:
        self._brief = brief
        self._granted = granted
        self.name, self._caller, self._arena, self._watcher = name, caller, arena, watcher
        self._tell = tell
        self._judge = Judge(arena, watcher.own)
        self._learned: Learned | None = None
        self._found: dict[EscapeKind, EscapeFacts] = {}
        self._told: set[EscapeKind] = set()
        """Kinds that an answer to an earlier request had."""
        self._tried = 0
        self._slow = False
        self._state: Any = None
        """What the decoys looked like after the last call."""

    def close(self) -> None:
        self._caller.close()

    def run(self, begin: int, seconds: float) -> ProbeFacts:
        """Try payloads from number ``begin`` on, for about so many seconds."""
        ends = time.monotonic() + seconds
        self._tried, self._state = 0, None
        if self._learned is None:
            self._tell("harmless texts")
            self._learn(ends)
        following: int | None = None
        for index, payload in enumerate(payloads()):
            if index < begin or not self._wanted(index, payload):
                continue
            if time.monotonic() >= ends:
                following = index
                break
            self._tell(f"{index} {payload.id}")
            self._try(payload)
        if following is None:
            self._try_existence()
        assert self._learned is not None
        found = [each for kind, each in self._found.items() if kind not in self._told]
        self._told |= self._found.keys()
        return {
            "input": self.name,
            "found": found,
            "tried": self._tried,
            "next": following,
            "reached": self._learned.reached,
            "left": "",
        }

    # --- harmless texts ---------------------------------------------------------------------------

    def _learn(self, ends: float) -> None:
        learned = self._learned = Learned()
        arena, plain = self._arena, self._arena.plain
        self._watcher.refuses = False
        self._watcher.tokens = (arena.token,)
        began = time.monotonic()
        self._note(self._caller.call(self._caller.usual), None)
        self._slow = time.monotonic() - began > SLOW_SECONDS
        extensions = EXTENSIONS[:4] if self._slow else self._extensions
        for extension in extensions:
            for folder in ("", f"{arena.default.folder}/"):
                if time.monotonic() >= ends:
                    break
                self._note(self._caller.call(f"{folder}{plain}{extension}"), extension)
        calls = 2 * len(extensions) + 1
        self._slow = self._slow or time.monotonic() - began > calls * SLOW_AVERAGE
        if not self._slow:
            self._note(self._caller.call(f"https://{plain}.invalid/a.png"), None)
        self._watcher.refuses, self._watcher.known = True, learned.known

    def _note(self, seen: Seen, extension: str | None) -> None:
        learned, plain = self._learned, self._arena.plain
        assert learned is not None
        if "secret" not in self._found and self._judge.tells_secret(seen):
            escape = Escape("secret", None, "it comes out with a harmless text too")
            self._keep(escape, payloads()[0], seen.value, seen)
        for attempt in seen.attempts:
            named = plain in attempt.raw or plain in attempt.target
            learned.known.attempts.add((attempt.op, attempt.target))
            learned.reached = learned.reached or named
            if named and attempt.op in FILES:
                self._note_file(attempt, extension, os.path.isabs(seen.value))
            if attempt.outside and not named:
                learned.known.lines.add((attempt.op, attempt.file, attempt.line))
            if attempt.op in ("write", "delete") and attempt.outside:
                learned.own_writes.append(attempt)

    def _note_file(self, attempt: Attempt, extension: str | None, absolute: bool) -> None:
        learned, plain = self._learned, self._arena.plain
        assert learned is not None
        learned.ops.add(attempt.op)
        if extension is not None and extension not in learned.forms:
            learned.forms.append(extension)
        before, _, tail = attempt.target.partition(plain)
        folder = before.rpartition("/")[0]
        if not absolute and folder and all(base.folder != folder for base in learned.bases):
            learned.bases.append(Base(folder, tail))
            learned.known.bases.append(folder)

    @property
    def _extensions(self) -> tuple[str, ...]:
        return EXTENSIONS[:BRIEF] if self._brief else EXTENSIONS

    # --- payloads ---------------------------------------------------------------------------------

    def _wanted(self, index: int, payload: Payload) -> bool:
        """Whether the payload can still tell something."""
        learned = self._learned
        assert learned is not None
        if self._slow and not learned.reached:
            return payload.id in FEW and payload.group not in self._found
        if payload.group == "path":
            return index < len(COVER) or (learned.reached and not self._left_a_folder)
        if payload.group == "link":
            return bool(learned.ops) and not self._left_a_folder and "link" not in self._found
        if payload.group in ("load", "archive"):
            return payload.group not in self._found
        return payload.group not in self._found

    @property
    def _left_a_folder(self) -> bool:
        return any(kind in self._found for kind in PATHS if kind != "own-folder")

    def _try(self, payload: Payload) -> None:
        for value, base in self._values(payload):
            seen, escapes = self._judged(payload, value, base)
            for escape in escapes:
                if escape.kind in self._found or escape.kind in self._granted:
                    continue
                again = self._again(payload, value, base, escape)
                if again is not None:
                    self._keep(again, payload, value, seen)
                    self._shrink(escape.kind, payload, base)
            if any(escape.kind in self._found for escape in escapes):
                return

    def _values(self, payload: Payload) -> Iterator[tuple[str, Base]]:
        """The texts of a payload, adapted to what the node does with harmless ones."""
        learned, arena = self._learned, self._arena
        assert learned is not None
        bases = learned.bases[:2] or [arena.default]
        for base in bases:
            extensions = arena.plant(payload, base)
            try:
                if "{F}" in payload.template:
                    for extension in extensions if learned.reached else extensions[:1]:
                        yield f"does{arena.token}{extension}", base
                        yield f"{arena.default.folder}/does{arena.token}{extension}", base
                else:
                    for extension in self._forms(payload):
                        yield arena.filled(payload.template, base, extension), base
            finally:
                arena.unplant()

    def _forms(self, payload: Payload) -> list[str]:
        learned = self._learned
        assert learned is not None
        if not payload.any_name:
            return [FOLDER]
        if learned.forms:
            return learned.forms[:MAX_FORMS]
        if payload.id in WIDE and not self._slow:
            return list(self._extensions)
        return [".png", FOLDER]

    def _judged(self, payload: Payload, value: str, base: Base) -> tuple[Seen, list[Escape]]:
        learned, arena = self._learned, self._arena
        assert learned is not None
        before = self._state or arena.state()
        seen = self._caller.call(value)
        self._tried += 1
        self._state = arena.state()
        moved = self._state != before
        if any(arena.token in attempt.raw + attempt.target for attempt in seen.attempts):
            learned.reached = True
            learned.ops |= {each.op for each in seen.attempts if each.op in FILES}
        expected = arena.filled(payload.expects, base, FOLDER)
        escapes = self._judge.escapes(payload, seen, learned.known, moved, expected)
        if moved:
            arena.clear()
            arena.build()
            self._state = None
        return seen, escapes

    def _again(self, payload: Payload, value: str, base: Base, escape: Escape) -> Escape | None:
        """The same once more, unless it happens with a harmless text too, or never again."""
        self._watcher.refuses = False
        self._note(self._caller.call(self._arena.plain), None)
        self._watcher.refuses = True
        escapes = self._judged(payload, value, base)[1]
        return next((each for each in escapes if each.kind == escape.kind), None)

    def _shrink(self, kind: EscapeKind, payload: Payload, base: Base) -> None:
        """Put the simplest payload of the group that does the same in the place of this one."""
        simpler = [p for p in payloads() if p.group == payload.group and p.size < payload.size]
        for other in sorted(simpler, key=lambda p: p.size)[:SHRINK_TRIES]:
            for value, _ in islice(self._values(other), 2):
                seen, escapes = self._judged(other, value, base)
                same = next((e for e in escapes if e.kind == kind), None)
                if same is not None and value.strip():
                    self._keep(same, other, value, seen)
                    return

    def _keep(self, escape: Escape, payload: Payload, value: str, seen: Seen) -> None:
        attempt, shown = escape.attempt, self._arena.shown
        linked = seen.linked_from
        if attempt is not None and linked is not None:
            linked = linked if attempt in seen.attempts[linked:] else None
        self._found[escape.kind] = {
            "input": self.name,
            "kind": escape.kind,
            "payload": payload.id,
            "value": shown(value),
            "event": attempt.event if attempt else "",
            "target": shown(attempt.target) if attempt else "",
            "file": attempt.file if attempt else None,
            "line": attempt.line if attempt else None,
            "proof": shown(escape.proof),
            "over_link": linked is not None,
        }

    # --- whether a file is there ------------------------------------------------------------------

    def _try_existence(self) -> None:
        """Give the name of a file that is there, and of one that is not: can they be told apart?"""
        if self._left_a_folder or self._granted or "link" in self._found:
            return
        folder, name = self._arena.outside, f"there{self._arena.token}"
        for extension in (".png", ".txt", FOLDER):
            path = folder / f"{name}{extension}"
            absent = self._caller.call(str(path))
            path.mkdir() if extension == FOLDER else path.write_bytes(b"x")
            try:
                present = self._caller.call(str(path))
            finally:
                path.rmdir() if extension == FOLDER else path.unlink()
            again = self._caller.call(str(path))
            self._tried += 3
            if digest(present) != digest(absent) == digest(again):
                proof = (
                    f"it gives {_said(present)} when it is there, {_said(absent)} when it is not"
                )
                payload = next(p for p in payloads() if p.id == "abs-1")
                self._keep(Escape("exists", None, proof), payload, str(path), present)
                return


def _said(seen: Seen) -> str:
    if seen.error:
        return f"{seen.error[:120]!r}"
    texts = [text for value in seen.gave for text in texts_of(value)]
    return f"the result {texts[0][:80]!r}" if texts else "a result"
