"""What a pack does while it is imported, seen through the interpreter's audit events.

Network use is refused here as well as by the kernel: name look-ups and datagrams are beyond
Landlock, and a judgement must not depend on whether some server answers. Everything else is only
noted. C code that calls the system itself is not seen.
"""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Callable
from typing import Any

from reference_runtime.description import SideEffect
from reference_runtime.isolation.attribution import Cause, cause
from reference_runtime.isolation.places import Places, Verdict, resolve

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_INET = (2, 10, 30)  # AF_INET, and AF_INET6 on Linux and macOS
MAX_DETAIL = 300


class Auditor:
    """Notes side effects while ``active``. One per process: audit hooks can't be removed."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.active = False
        self.refuses = True
        """Refuse what would reach the network."""
        self.blocks = False
        """Refuse changes outside the worker's folders: the kernel doesn't. At any time."""
        self.effects: dict[tuple[str, str, str | None, int | None], SideEffect] = {}
        self.refused_writes = False
        self.chdir: Cause | None = None
        self.environment: dict[str, Cause] = {}
        """The pack's line that last set or removed each environment variable."""
        self._handlers = self._table()
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        handler = self._handlers.get(event)
        if handler is None or not (self.active or self.blocks):
            return
        try:
            handler(*arguments)
        except OSError:
            raise  # a refusal
        except Exception:
            return  # odd arguments, which the function itself is about to refuse

    def _table(self) -> dict[str, Callable[..., None]]:
        changes = {
            "os.mkdir": lambda path, mode, fd: self._made(path, fd),
            "os.symlink": lambda source, path, fd: self._changed(path, fd, "link"),
            "os.link": lambda source, path, sfd, fd: self._changed(path, fd, "link"),
            "os.truncate": lambda path, length: self._changed(path, -1),
            "os.chmod": lambda path, mode, fd: self._changed(path, fd, "permissions"),
            "os.chown": lambda path, user, group, fd: self._changed(path, fd, "owner"),
            "os.remove": self._removed,
            "os.rmdir": self._removed,
            "os.rename": self._renamed,
            "open": self._opened,
            "sqlite3.connect": self._database,
        }
        processes = {
            "subprocess.Popen": lambda program, args, cwd, env: self._ran(args or program),
            "os.system": self._ran,
            "os.exec": lambda path, args, env: self._ran(args),
            "os.posix_spawn": lambda path, args, env: self._ran(args),
            "os.fork": lambda: self._process("os.fork()"),
            "os.forkpty": lambda: self._process("os.forkpty()"),
        }
        network = {
            "socket.connect": lambda sock, address: self._contact("connect to", sock, address),
            "socket.bind": lambda sock, address: self._contact("listen on", sock, address),
            "socket.sendto": lambda sock, address: self._contact("send to", sock, address),
            "socket.sendmsg": lambda sock, address: self._contact("send to", sock, address),
            "socket.getaddrinfo": lambda host, *rest: self._lookup(host),
            "socket.gethostbyname": self._lookup,
            "socket.gethostbyaddr": self._lookup,
        }
        state = {
            "os.chdir": self._moved,
            "os.putenv": lambda key, value: self._variable(key),
            "os.unsetenv": self._variable,
        }
        return {**changes, **processes, **network, **state}  # type: ignore[dict-item]

    def note(self, kind: Any, detail: str, cause: Cause | None, refused: bool = False) -> None:
        """Keep a side effect, once for each line and detail."""
        if len(detail) > MAX_DETAIL:
            detail = detail[: MAX_DETAIL - 3] + "..."
        file, line = (cause.file, cause.line) if cause else (None, None)
        effect: SideEffect = {
            "kind": kind, "detail": detail, "refused": refused, "file": file, "line": line,
        }  # fmt: skip
        self.effects.setdefault((kind, detail, file, line), effect)

    # --- files ----------------------------------------------------------------------------------

    def _change(self, path: Any, fd: Any) -> tuple[Verdict, Cause] | None:
        """The change if it counts and is the pack's own doing."""
        resolved = resolve(path, fd)
        verdict = self.places.judge(resolved) if resolved else None
        who = cause() if verdict is not None else None
        if verdict is None or who is None or not who.own:
            self._block(resolved)
            return None
        self.refused_writes = self.refused_writes or verdict.refused
        return verdict, who

    def _block(self, path: str | None) -> None:
        """Refuse a change that the kernel would let pass."""
        if self.blocks and path is not None and self.places.is_outside(path):
            raise PermissionError(errno.EACCES, "refused: outside the pack's folders", path)

    def _changed(self, path: Any, fd: Any, what: str = "") -> None:
        found = self._change(path, fd)
        if found is not None:
            verdict, who = found
            detail = f"{verdict.path} ({what})" if what else verdict.path
            self.note("write", detail, who, verdict.refused)
            self._block(verdict.path)

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(flags, int) or not flags & _WRITING:
            return
        if not flags & os.O_CREAT and not _exists(path, -1):
            return  # fails whatever the confinement does
        self._changed(path, -1)

    def _made(self, path: Any, fd: Any) -> None:
        # Folders that exist are "made" all the time: os.makedirs(..., exist_ok=True) just tries.
        if not _exists(path, fd):
            self._changed(path, fd, "folder")

    def _removed(self, path: Any, fd: Any) -> None:
        if not _exists(path, fd):
            return
        found = self._change(path, fd)
        if found is not None:
            verdict, who = found
            self.note("delete", verdict.path, who, verdict.refused)
            self._block(verdict.path)

    def _renamed(self, source: Any, target: Any, source_fd: Any, target_fd: Any) -> None:
        if not _exists(source, source_fd):
            return
        moved = self._change(source, source_fd)
        if moved is None:
            self._changed(target, target_fd)
            return
        verdict, who = moved
        detail = f"{verdict.path} -> {resolve(target, target_fd)}"
        self.note("delete", detail, who, verdict.refused)
        self._block(verdict.path)
        self._block(resolve(target, target_fd))

    def _database(self, database: Any) -> None:
        name = str(database)
        if ":memory:" not in name and not name.startswith("file:") and not _exists(database, -1):
            self._changed(database, -1)

    # --- processes and network ------------------------------------------------------------------

    def _ran(self, command: Any) -> None:
        self._process(_command(command))

    def _process(self, detail: str) -> None:
        who = cause()
        if who is not None and who.own:
            self.note("process", detail, who)

    def _contact(self, doing: str, sock: Any, address: Any) -> None:
        if sock.family not in _INET:
            if sock.family != 1 or doing == "listen on" or self._is_scratch(address):
                return
            where = f"the socket {os.fsdecode(address)}" if address else "a socket"
        else:
            where = f"{address[0]}:{address[1]}"
        who = cause()
        # Libraries listen for a moment, while they are imported, to learn whether there is IPv6.
        if doing != "listen on" or (who is not None and who.own):
            self.note("network", f"{doing} {where}", who, refused=self.refuses)
        if self.refuses:
            raise PermissionError(errno.EACCES, f"refused by the confinement: {doing} {where}")

    def _is_scratch(self, address: Any) -> bool:
        path = resolve(address)
        return path is not None and path.startswith(str(self.places.work) + "/")

    def _lookup(self, host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if name.lower() in _LOCAL_NAMES or _is_number(name) or name == os.uname().nodename:
            return
        self.note("network", f"look up {name}", cause(), refused=self.refuses)
        if not self.refuses:
            return
        offline: Any = sys.modules["_socket"].gaierror
        raise offline(-3, f"Temporary failure in name resolution ({name}: refused)")

    # --- state ----------------------------------------------------------------------------------

    def _moved(self, path: Any) -> None:
        self.chdir = cause() or self.chdir

    def _variable(self, key: Any) -> None:
        who = cause()
        if who is not None and who.own:
            self.environment[os.fsdecode(key)] = who


def _exists(path: Any, fd: Any) -> bool:
    resolved = resolve(path, fd)
    return resolved is not None and os.path.lexists(resolved)


def _command(command: Any) -> str:
    try:
        if isinstance(command, (list, tuple)):
            return shlex.join(os.fsdecode(part) for part in command)
        return os.fsdecode(command)
    except (TypeError, ValueError):
        return repr(command)


def _is_number(name: str) -> bool:
    """Whether the name is an IP address, so that looking it up asks nobody."""
    if ":" in name:
        return True
    parts = name.split(".")
    return len(parts) == 4 and all(part.isdecimal() for part in parts)
