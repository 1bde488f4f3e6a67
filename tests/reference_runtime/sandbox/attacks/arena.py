"""The place of one attack: a folder to write to, what lies outside it, and what listens there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attacks.canaries import plant

State = dict[str, tuple[object, ...]]
STAMP = 1_234_567_890_000_000_000
"""When canaries were changed last, in ns; a number of the token is added to it."""


@dataclass
class Arena:
    """Built anew at the same path for each attack, so that two runs can be compared."""

    root: Path
    token: str
    nonce: str
    listeners: dict[str, socket.socket] = field(default_factory=dict)
    shm: Path | None = None

    @property
    def inside(self) -> Path:
        return self.root / "inside"

    @property
    def outside(self) -> Path:
        return self.root / "outside"

    @property
    def sibling(self) -> Path:
        return self.root / "inside-too"

    def build(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        for each in (self.outside / "folder", self.sibling, self.inside / "deep"):
            each.mkdir(parents=True)
        for name in ("home", "tmp", "mounted"):
            (self.inside / name).mkdir()
        self._plant_outside()
        (self.sibling / "secret.txt").write_text(self.token)
        (self.inside / "mine").write_text("mine")
        (self.inside / "planted-link").symlink_to(self.outside / "secret.txt")
        (self.inside / "planted-folder").symlink_to(self.outside)
        os.link(self.outside / "secret.txt", self.inside / "planted-hard-link")
        self._listen()

    def _plant_outside(self) -> None:
        plant(self.outside, self.token)
        (self.outside / "folder" / "file").write_text("x")
        (self.outside / f"name-{self.token}").write_text("x")
        (self.outside / "link").symlink_to(f"/nowhere/{self.token}")
        secret = self.outside / "secret.txt"
        with contextlib.suppress(OSError):
            os.setxattr(secret, "user.secret", self.token.encode())
        os.utime(secret, ns=(STAMP, STAMP + int(self.token, 16) % 1_000_000_000))
        shared = Path("/dev/shm") / f"studio-attacks-{os.getpid()}"
        with contextlib.suppress(OSError):
            shared.write_text(self.token)
            self.shm = shared

    def _listen(self) -> None:
        unix, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        unix.bind(str(self.outside / "socket"))
        abstract.bind("\0" + self.abstract)
        for each in (unix, abstract):
            each.listen()
        udp = socket.socket(type=socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        tcp = socket.create_server(("127.0.0.1", 0))
        self.listeners = {"unix": unix, "abstract": abstract, "udp": udp, "tcp": tcp}
        for each in self.listeners.values():
            each.setblocking(False)

    @property
    def abstract(self) -> str:
        return f"studio-attacks-{os.getpid()}"

    def port(self, name: str) -> int:
        return int(self.listeners[name].getsockname()[1])

    def at(self) -> dict[str, Any]:
        """What an attacker is told of it."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            free = other.getsockname()[1]
        return {
            "inside": str(self.inside), "outside": str(self.outside), "sibling": str(self.sibling),
            "mounted": str(self.inside / "mounted"), "nonce": self.nonce,
            "hard": str(self.inside / "planted-hard-link"), "shm": self.shm and self.shm.name,
            "tcp": self.port("tcp"), "udp": self.port("udp"), "free": free,
            "unix": str(self.outside / "socket"), "abstract": self.abstract,
        }  # fmt: skip

    def heard(self) -> dict[str, bytes]:
        """What each listener got since it listens; what was sent before is there already."""
        found = {name: b"".join(_got(sock)) for name, sock in self.listeners.items()}
        return {name: data for name, data in found.items() if data}

    def snapshot(self) -> State:
        """All that can be known of what lies outside, access times apart."""
        return {
            path: _known(path)
            for top in (self.outside, self.sibling)
            for folder, folders, files in os.walk(top)
            for path in (folder, *(os.path.join(folder, name) for name in (*folders, *files)))
        }

    def close(self) -> None:
        for each in self.listeners.values():
            each.close()
        if self.shm:
            self.shm.unlink(missing_ok=True)
        shutil.rmtree(self.root, ignore_errors=True)


def _got(sock: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(BlockingIOError):
        while sock.type == socket.SOCK_DGRAM:
            yield sock.recv(4096) or b"(empty)"
        while True:
            with sock.accept()[0] as connection:
                connection.settimeout(2)
                yield connection.recv(4096) or b"(connected)"


def _known(path: str) -> tuple[object, ...]:
    found = os.lstat(path)
    link = os.readlink(path) if os.path.islink(path) else ""
    plain = os.path.isfile(path) and not link
    content = hashlib.sha256(Path(path).read_bytes()).hexdigest() if plain else ""
    marks = {} if link else {name: os.getxattr(path, name) for name in os.listxattr(path)}
    return (
        oct(found.st_mode), found.st_uid, found.st_gid, found.st_size, found.st_mtime_ns,
        found.st_nlink, link, content, tuple(sorted(marks.items())),
    )  # fmt: skip
