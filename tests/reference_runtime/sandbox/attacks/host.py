"""The host that is attacked: starts a confined process for each attack and looks what became of it.

``host.py CONFIG SECRET``, as the user who is to be attacked, with a secret in its arguments, in its
environment, in its memory and in a file that it holds open. Reads orders and writes results, one
JSON a line. No attack runs confined unless the process said that files and network are enforced.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Result = dict[str, Any]
SECONDS = 90.0
MEMORY = 4 << 30


@dataclass
class Host:
    """``code``: the folder with our packages; ``native``: that of the C extension; ``packages``:
    those with libraries; ``arenas``: a folder for arenas; ``secret``: what nobody may learn."""

    code: str
    native: str
    packages: list[str]
    arenas: str
    secret: str
    signals: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        signal.signal(signal.SIGUSR1, lambda number, frame: self.signals.append(number))
        self.memory = ctypes.create_string_buffer(self.secret.encode().ljust(64))
        held = Path(self.arenas) / "held"
        held.write_text(self.secret)
        self.held = os.open(held, os.O_RDONLY)
        self.runtime = os.path.join(self.code, "reference_runtime")

    def order(self, order: Result) -> list[Result]:
        """``attacks``: names; ``variant``: "none", "plain" or "wrapped"; ``preload``: see
        ``child``; ``token``: the one to use; ``absent``: remove the file that is looked for;
        ``abi``: the Landlock version to use at most."""
        from attacks.arena import Arena
        from attacks.catalogue import attacks
        from attacks.needs import UNTOLD, missing

        chosen, results = [], []
        for attack in map(attacks().__getitem__, order["attacks"]):
            lacks = [
                missing(need, self.native)
                for need in attack.needs
                if order["variant"] == "none" or need not in UNTOLD
            ]
            reason = next(filter(None, lacks), "")
            results += [{"name": attack.name, "skipped": reason}] if reason else []
            chosen += [] if reason else [attack]
        if not chosen:
            return results
        token = order.get("token") or secrets.token_hex(8)
        arena = Arena(Path(self.arenas) / "arena", token, secrets.token_hex(8))
        arena.build()
        try:
            if order.get("absent"):
                (arena.outside / "secret.txt").unlink()
            run = Run(self, arena, order["variant"], order.get("preload", ""), order.get("abi"))
            return results + run.all(chosen)
        finally:
            arena.close()


@dataclass
class Run:
    """One process and the attacks that it makes."""

    host: Host
    arena: Any
    variant: str
    preload: str
    abi: int | None = None

    def all(self, chosen: list[Any]) -> list[Result]:
        self.events, events = os.pipe()
        self.leak = os.open(self.arena.outside / "secret.txt", os.O_RDONLY) if (
            (self.arena.outside / "secret.txt").exists()
        ) else -1  # fmt: skip
        try:
            enforced = self._start(events)
            holds = self.variant == "none" or enforced.holds
            if not holds:
                return [{"name": a.name, "skipped": enforced.line} for a in chosen]
            line = "" if self.variant == "none" else enforced.line
            return [{**self._attack(attack), "line": line} for attack in chosen]
        finally:
            self._end()

    def _start(self, events: int) -> Any:
        from reference_runtime.isolation.scratch import worker_environment
        from reference_runtime.sandbox.launching import Confinement, Status
        from reference_runtime.sandbox.policy import SandboxPolicy

        host, naive = self.host, self.variant == "none"
        child = os.path.join(host.code, "attacks", "child.py")
        command = [sys.executable, "-I", "-S", "-B", child, host.code, str(events),
                   "1" if naive else "0", self.preload]  # fmt: skip
        environment, inherited, status = dict(os.environ), [events], None
        inherited += [self.leak] if self.leak >= 0 else []
        if not naive:
            outside = self.arena.outside
            sentinel = {"secret": str(outside / "secret.csv"), "probe": str(outside / "probe")}
            read = (host.code, host.native, *host.packages)
            policy = SandboxPolicy(read, (str(self.arena.inside),), max_memory=MEMORY)
            status = Status()
            confinement = Confinement(
                policy, sentinel, (events,), self.abi, wrap=self.variant == "wrapped"
            )
            command = confinement.command(command, status.writes)
            inherited.append(status.writes)
            environment = worker_environment(self.arena.inside, secrets.token_hex(16))
        environment["ATTACK_PACKAGES"] = json.dumps(host.packages)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            bufsize=0, cwd=self.arena.inside, env=environment, pass_fds=inherited,
            start_new_session=True,
        )  # fmt: skip
        os.close(events)
        if status is None:
            return None
        status.started()
        return status.read(self.variant == "wrapped")

    def _attack(self, attack: Any) -> Result:
        from attacks.needs import NAMES

        at = {
            **self.arena.at(), "pid": os.getpid(), "proc": f"/proc/{os.getpid()}",
            "held": self.host.held, "inherited": self.leak, "native": self.host.native,
            "address": ctypes.addressof(self.host.memory), "size": len(self.host.memory.raw) & ~7,
        }  # fmt: skip
        message = {"id": 1, "attack": attack.name, "module": attack.module, "at": at,
                   "other_needs": NAMES}  # fmt: skip
        before, _ = self.arena.snapshot(), self.arena.heard()
        self.host.signals.clear()
        following = {"next": self.arena.token}  # what the host would send after it
        self._send(message, following)
        self.seen: dict[str, bytes] = {"frames": b"", "printed": b"", "events": b"", "answer": b""}
        told = self._told(at["free"] if attack.truth == "answer" else 0)
        return self._judged(attack, told, before, at)

    def _send(self, *messages: Result) -> None:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b"".join(json.dumps(m).encode() + b"\n" for m in messages))

    def _told(self, free: int) -> Result:
        """What the process answers; meanwhile connect to a port where it may listen."""
        assert self.process.stdout
        assert self.process.stderr
        pipes = {self.process.stdout.fileno(): "frames", self.process.stderr.fileno(): "printed",
                 self.events: "events"}  # fmt: skip
        end, reply = time.monotonic() + SECONDS, None
        while pipes and reply is None and time.monotonic() < end:
            for fd in select.select(list(pipes), [], [], 0.02 if free else 1)[0]:
                self._take(fd, pipes)
            if free and not self.seen["answer"]:
                self.seen["answer"] = _connect(free)
            reply = self._reply()
        while ready := select.select(list(pipes), [], [], 0)[0]:  # all of it is there by now
            for fd in ready:
                self._take(fd, pipes)
        return reply or {"outcome": "no answer", "text": self.seen["printed"].decode()[-300:],
                         "said": ""}  # fmt: skip

    def _take(self, fd: int, pipes: dict[int, str]) -> None:
        data = os.read(fd, 1 << 16)
        self.seen[pipes[fd]] += data
        if not data:
            del pipes[fd]

    def _reply(self) -> Result | None:
        return next((f for f in _frames(self.seen["frames"]) if f.get("id") == 1), None)

    def _judged(self, attack: Any, told: Result, before: Any, at: Result) -> Result:
        from attacks.judging import Seen, effects, named

        said = base64.b64decode(told["said"])
        output = said + told["text"].encode() + self.seen["frames"] + self.seen["printed"]
        seen = Seen(
            attack, self.arena, said, output, self.host.secret, before, self.arena.snapshot(),
            self.arena.heard(), bool(self.host.signals), self.seen["answer"],
            _frames(self.seen["frames"]),
        )  # fmt: skip
        plain = said.decode("latin-1").replace(self.arena.token, "TOKEN")
        return {
            "name": attack.name, "skipped": "", "outcome": told["outcome"], "text": told["text"],
            "effects": effects(seen), "hook": named(attack, self.seen["events"], at, self.host),
            "said": plain.replace(self.arena.nonce, "NONCE"),
            "forged_seen": self.arena.nonce.encode() in self.seen["printed"],
        }  # fmt: skip

    def _end(self) -> None:
        process = getattr(self, "process", None)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()
        os.close(self.events)
        if self.leak >= 0:
            os.close(self.leak)


def _connect(port: int) -> bytes:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as sock:
        sock.settimeout(2)
        return sock.recv(100) or b"(connected)"
    return b""


def _frames(data: bytes) -> list[Result]:
    found = []
    for line in data.splitlines():
        with contextlib.suppress(ValueError):
            frame = json.loads(line)
            found += [frame] if isinstance(frame, dict) else []
    return found


def main(config: str, secret: str) -> None:
    settings = json.loads(config)
    sys.path.insert(0, settings["code"])
    sys.path += settings["packages"]
    with tempfile.TemporaryDirectory(prefix="studio-attacks-") as arenas:
        host = Host(**settings, arenas=os.path.realpath(arenas), secret=secret)
        for line in sys.stdin:
            print(json.dumps(host.order(json.loads(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
