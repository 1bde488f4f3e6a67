"""What a call on a payload proves: which kinds of escapes it is, if any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from reference_runtime.escapes.arena import Arena
from reference_runtime.escapes.calling import Seen
from reference_runtime.escapes.catalogue import Payload
from reference_runtime.escapes.facts import EscapeKind
from reference_runtime.escapes.shell import is_option, is_read, script_of
from reference_runtime.escapes.taint import Token, texts_of
from reference_runtime.escapes.watcher import Attempt, Known, below, is_new

FILES = ("read", "write", "delete", "list")
PATHS: tuple[EscapeKind, ...] = ("read", "write", "delete", "list", "own-folder")
_LOCAL = ("127.0.0.1", "localhost")


class Escape(NamedTuple):
    kind: EscapeKind
    attempt: Attempt | None
    proof: str


class Judge:
    """Judges calls in one arena. ``own``: the pack's folder."""

    def __init__(self, arena: Arena, own: str) -> None:
        self._arena, self._own = arena, own
        self._canary, self._secret = Token(arena.canary), Token(arena.secret)

    def escapes(
        self, payload: Payload, seen: Seen, known: Known, moved: bool, expected: str
    ) -> list[Escape]:
        """The first escape of each kind. ``moved``: the decoys are not what they were before."""
        found: dict[EscapeKind, Escape] = {}
        for escape in self._all(payload, seen, known, moved, expected):
            found.setdefault(escape.kind, escape)
        return list(found.values())

    def _all(
        self, payload: Payload, seen: Seen, known: Known, moved: bool, expected: str
    ) -> Iterator[Escape]:
        yield from self._files(payload, seen, known)
        yield from self._run(payload, seen, expected)
        yield from self._processes(payload, seen)
        if payload.group == "network":
            yield from self._contacts(seen, known)
        if self._came_out(self._canary, seen):
            kind: EscapeKind = "link" if payload.group == "link" else "read"
            yield Escape(kind, None, "what stands in the file came out")
        if self.tells_secret(seen):
            yield Escape("secret", None, "the variable's value came out")
        if moved:
            yield Escape(self._moved(payload), None, "the decoys outside are not as they were")

    def tells_secret(self, seen: Seen) -> bool:
        """Whether the value of a decoy in the environment came out, or stands in a name."""
        return self._came_out(self._secret, seen) or self._secret.in_text(_targets(seen))

    def _moved(self, payload: Payload) -> EscapeKind:
        kinds: dict[str, EscapeKind] = {
            "shell": "shell", "code": "code", "load": "load", "archive": "archive", "link": "link",
            "argument": "argument",
        }  # fmt: skip
        return kinds.get(payload.group, "write")

    def _files(self, payload: Payload, seen: Seen, known: Known) -> Iterator[Escape]:
        token = self._arena.token
        attempts = sorted(seen.attempts, key=lambda each: token not in each.target)
        for attempt in attempts:
            # That the host's own functions follow links is no pack's fault.
            hosts = attempt.ours and payload.group == "link"
            if not hosts and self._leads_out(attempt, known):
                yield self._of_file(payload, attempt)

    def _leads_out(self, attempt: Attempt, known: Known) -> bool:
        """Whether it leaves the allowed folders, and the folder that the node uses anyway."""
        if attempt.op not in FILES or not attempt.outside:
            return False
        if not is_new(attempt, known, (self._arena.token,)):
            return False
        if attempt.op in ("write", "delete") and below(attempt.target, self._own):
            return True
        decoy = any(below(attempt.target, str(folder)) for folder in self._arena.decoys)
        return decoy or not any(below(attempt.target, folder) for folder in known.bases)

    def _of_file(self, payload: Payload, attempt: Attempt) -> Escape:
        name, made = os.path.basename(attempt.target), attempt.event == "os.mkdir"
        kind: EscapeKind = attempt.op
        proof = f"{attempt.event} was called"
        if made and name == f"ev{self._arena.token}":
            kind, proof = "code", "the text was run: it made a folder"
        elif made and name == f"ld{self._arena.token}":
            kind, proof = "load", "loading the file ran what stands in it"
        elif name == f"ar{self._arena.token}.txt":
            kind = "archive"
        elif kind in ("write", "delete") and below(attempt.target, self._own):
            kind = "own-folder"
        elif payload.group == "link":
            kind = "link"
        return Escape(kind, attempt, proof)

    def _run(self, payload: Payload, seen: Seen, expected: str) -> Iterator[Escape]:
        for attempt in seen.attempts:
            ran = attempt.event != "exec" or payload.id != "py-module"
            if attempt.op == "code" and payload.group == "code" and ran:
                yield Escape("code", attempt, "the text was run as Python")
            if attempt.op == "load" and payload.group == "load":
                yield Escape("load", attempt, "loading the file ran what stands in it")
        if payload.group == "code" and expected:
            texts = [text for value in seen.gave for text in texts_of(value)]
            if any(expected in text and expected not in seen.value for text in texts):
                yield Escape("code", None, "what the text computes came out")

    def _processes(self, payload: Payload, seen: Seen) -> Iterator[Escape]:
        for attempt in seen.attempts:
            if attempt.op != "process":
                continue
            script, text = script_of(attempt.command, attempt.event), seen.value.strip()
            if payload.group == "shell":
                if script is not None and is_read(script, text):
                    yield Escape("shell", attempt, "the shell reads the text as more than a word")
            elif payload.group == "argument":
                if script is None and is_option(attempt.command, text):
                    yield Escape("argument", attempt, "the program takes the text for an option")
            elif script is None and self._arena.token in attempt.command[0]:
                yield Escape("process", attempt, "the text names the program that is started")

    def _contacts(self, seen: Seen, known: Known) -> Iterator[Escape]:
        token = self._arena.token
        for attempt in seen.attempts:
            if attempt.op == "network" and is_new(attempt, known, (self._arena.token,)):
                named = token in attempt.target or attempt.target.startswith(_LOCAL)
                if named and ("127.0.0.1" in seen.value or token in seen.value):
                    yield Escape("network", attempt, "the address in the text was contacted")

    def _came_out(self, token: Token, seen: Seen) -> bool:
        return token.in_text(seen.said) or any(token.in_value(value) for value in seen.gave)


def _targets(seen: Seen) -> str:
    return "\n".join(attempt.raw + attempt.target for attempt in seen.attempts)


def digest(seen: Seen) -> tuple[Any, ...]:
    """What a caller can tell two calls apart by."""
    from reference_runtime.exercise.values import marks

    gave = [
        [(path, mark.kind, mark.shape, str(mark.content)) for path, mark in marks(value).items()]
        for value in seen.gave
    ]
    return gave, seen.error
