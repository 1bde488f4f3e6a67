"""A command that confines itself before it becomes another program: the host's side.

Used for interpreters that aren't the host's own, whose start already runs code of a pack's
environment, and where namespaces are to be put around a process.
"""

from __future__ import annotations

import marshal
import os
import select
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reference_runtime.sandbox import bubblewrap
from reference_runtime.sandbox.policy import Enforced, Layer, SandboxPolicy

TRAMPOLINE = Path(__file__).with_name("trampoline.py")
STATUS_SECONDS = 30.0
MAX_STATUS = 1 << 16


@dataclass(frozen=True)
class Confinement:
    """How to confine a command. ``sentinel``: see ``applying.Sentinel``; ``keep``: descriptors
    that the command inherits; ``wrap``: put namespaces around it."""

    policy: SandboxPolicy
    sentinel: dict[str, str]
    keep: tuple[int, ...] = ()
    abi: int | None = None
    observe: bool = False
    wrap: bool = False

    def command(self, inner: Sequence[str], status: int) -> list[str]:
        """The command line; it inherits ``keep`` and ``status``."""
        order = {
            "policy": self.policy.to_wire(),
            "sentinel": self.sentinel,
            "keep": list(self.keep),
            "abi": self.abi,
            "hidden": self.wrap,
            "observe": self.observe,
        }
        start = [sys.executable, "-I", "-S", "-B", str(TRAMPOLINE)]
        whole = [*start, marshal.dumps(order).hex(), str(status), "--", *inner]
        return [*bubblewrap.prefix(self.policy), *whole] if self.wrap else whole


class Status:
    """The pipe on which a trampoline tells what is enforced. ``writes`` is its end."""

    def __init__(self) -> None:
        self._reads, self.writes = os.pipe()

    def started(self) -> None:
        """The process has its end: close ours."""
        os.close(self.writes)

    def close(self) -> None:
        """Nobody will read it."""
        os.close(self._reads)

    def read(self, wrapped: bool = False) -> Enforced:
        """What it said; nothing is enforced when it said nothing. To be called once."""
        try:
            text = self._text()
        finally:
            os.close(self._reads)
        try:
            # Of our own program, before it ran anything else; marshal is there without an import.
            said = Enforced.from_wire(marshal.loads(text))
        except (ValueError, KeyError, TypeError, EOFError):
            return Enforced(layers=(Layer("trampoline", (), "it ended without a word"),))
        if not wrapped:
            return said
        layer = Layer("bubblewrap", ("metadata", "processes"))
        return said.but(layers=(layer, *said.layers))

    def _text(self) -> bytes:
        parts: list[bytes] = []
        while len(parts) < MAX_STATUS:
            if not select.select([self._reads], [], [], STATUS_SECONDS)[0]:
                break
            data = os.read(self._reads, MAX_STATUS)
            if not data:
                break
            parts.append(data)
        return b"".join(parts)
