"""The process that attacks: ``child.py CODE EVENTS NAIVE PRELOAD``, run by ``host``.

Reads messages, one JSON a line, from its channel: ``{"module": ..., "attack": ..., "at": {...}}``;
answers each with ``{"outcome": ..., "said": ...}`` and ends with its channel. NAIVE "1": the
channel stays on the standard descriptors; "0": it is moved off them by the code that does so in
workers. PRELOAD: a module to import first, each attack then runs in a fork. Audit events go to the
descriptor EVENTS, one JSON a line, while an attack runs.
"""

from __future__ import annotations

import base64
import errno
import importlib
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

_IGNORED = ("import", "exec", "compile", "marshal.", "object.", "sys.", "builtins.", "code.",
            "gc.", "cpython.", "os.fspath", "tempfile.")  # fmt: skip


class Recorder:
    """Notes audit events while ``active``, with paths as they really are at that moment."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.active = False
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.active or event.startswith(_IGNORED):
            return
        self.active = False
        try:
            told = [event, repr(arguments)[:2000], [_real(a) for a in arguments]]
            os.write(self._descriptor, json.dumps(told).encode() + b"\n")
        except Exception:
            pass  # what can't be told is not worth breaking an attack for
        finally:
            self.active = True


def _real(argument: object) -> str | None:
    if not isinstance(argument, (str, bytes)) or len(argument) > 4000:
        return None
    try:
        return os.path.realpath(os.fsdecode(argument))
    except (OSError, ValueError):
        return None


def channel(code: str, naive: bool) -> tuple[int, int]:
    """The descriptors to read from and to write to."""
    if naive:
        return 0, 1
    sys.path.insert(0, "")  # the module removes the first entry
    sys.path.insert(0, code + "/reference_runtime/isolation")
    path = list(sys.path)
    import bootstrap  # type: ignore[import-not-found]

    sys.path[:] = path[2:]
    ends: tuple[int, int] = bootstrap._move_channel()
    return ends


def line(descriptor: int) -> bytes:
    """One line, and not a byte of what comes after it."""
    whole = b""
    while not whole.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            return b""
        whole += byte
    return whole


def attempt(message: dict[str, Any], recorder: Recorder) -> dict[str, Any]:
    """Run an attack; how it ended and what it found out."""
    from attacks.catalogue import load

    sys.path.append(message["at"]["native"])
    attack = load(message["module"], message["attack"])
    for need in attack.needs:
        if need not in message["other_needs"]:
            importlib.import_module(need)
    recorder.active = True
    try:
        said = attack.run(SimpleNamespace(**message["at"]))
    except BaseException as error:
        recorder.active = False
        return {"outcome": _outcome(error), "text": f"{type(error).__name__}: {error}", "said": ""}
    recorder.active = False
    data = said if isinstance(said, bytes) else str(said).encode()
    return {"outcome": "done", "text": "", "said": base64.b64encode(data).decode()}


def _outcome(error: BaseException) -> str:
    """The name of the error number where there is one, else that of the class."""
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number in errno.errorcode:
        return errno.errorcode[number]
    return type(error).__name__


def answer(descriptor: int, message: dict[str, Any], recorder: Recorder) -> None:
    told = {"id": message["id"], **attempt(message, recorder)}
    os.write(descriptor, json.dumps(told).encode() + b"\n")


def in_a_fork(descriptor: int, message: dict[str, Any], recorder: Recorder) -> None:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        answer(descriptor, message, recorder)
    finally:
        os._exit(0)


def main(code: str, events: str, naive: str, preload: str) -> None:
    reads, writes = channel(code, naive == "1")
    recorder = Recorder(int(events))
    if preload:
        importlib.import_module(preload)
    while data := line(reads):
        message = json.loads(data)
        if "attack" in message:
            (in_a_fork if preload else answer)(writes, message, recorder)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    sys.path += json.loads(os.environ.pop("ATTACK_PACKAGES"))
    main(*sys.argv[1:])
