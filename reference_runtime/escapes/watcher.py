"""What a node does while it runs on a payload, seen through the interpreter's audit events.

An attempt counts when it leads outside the allowed folders and was not made with a harmless text.
Changes and listings outside, contacts and programs named by a payload are refused here, before they
happen; reading a decoy is let through, so that its token may come out.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, Literal

from reference_runtime.isolation.attribution import Cause, cause
from reference_runtime.isolation.places import resolve

Op = Literal["read", "write", "delete", "list", "process", "network", "code", "load"]
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/shm/", "/dev/nvidia", "/dev/dri")
_LIBRARIES = ("/usr/lib", "/usr/share", "/lib", "/etc/ld.so", "/usr/local/lib", "/sys/devices")


@dataclass(frozen=True)
class Attempt:
    """Something that the node did. ``target``: resolved path, command, address."""

    op: Op
    event: str
    raw: str
    target: str
    file: str | None
    line: int | None
    outside: bool = True
    ours: bool = False
    """A function of the host did it when the pack called it."""
    command: tuple[str, ...] = ()
    """Of a process: the program and its arguments; one text where a shell takes it."""


@dataclass
class Known:
    """What a node does with harmless texts."""

    attempts: set[tuple[str, str]] = field(default_factory=set)
    """op and target."""
    bases: list[str] = field(default_factory=list)
    """Folders in which it looks for what a plain name names."""
    lines: set[tuple[str, str | None, int | None]] = field(default_factory=set)
    """op, file and line of what went outside for a reason of its own."""


class Watcher:
    """Notes attempts while ``active``. One per process: audit hooks can't be removed.

    ``allowed``, ``own``: folders as resolved paths; in the latter, the pack's own, nodes may read.
    """

    def __init__(self, own: str, tmp: str) -> None:
        self.own, self.tmp = own, tmp
        self.host = ""
        self.allowed: tuple[str, ...] = ()
        self.decoys: tuple[str, ...] = ()
        self.tokens: tuple[str, ...] = ()
        self.active = False
        self.refuses = False
        """What is outside and not known is refused."""
        self.known = Known()
        self.attempts: list[Attempt] = []
        places = (sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(__file__)))
        self._code = tuple({os.path.realpath(place) for place in places})
        self._inside = False
        self._handlers = self._table()
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active or self._inside:
            return
        handler = self._handlers.get(event)
        if handler is None:
            return
        self._inside = True
        try:
            handler(event, *arguments)
        except OSError:
            raise  # a refusal
        except Exception:
            return  # odd arguments, which the function itself is about to refuse
        finally:
            self._inside = False

    def _table(self) -> dict[str, Callable[..., None]]:
        change = self._changed
        return {
            "open": self._opened,
            "os.listdir": lambda event, path: self._seen(event, "list", path, -1, True),
            "os.scandir": lambda event, path: self._seen(event, "list", path, -1, True),
            "os.chdir": lambda event, path: self._seen(event, "list", path, -1, True),
            "os.mkdir": lambda event, path, mode, fd: self._made(event, path, fd),
            "os.symlink": lambda event, source, path, fd: self._made(event, path, fd),
            "os.link": self._linked,
            "os.truncate": lambda event, path, length: change(event, path, -1),
            "os.chmod": lambda event, path, mode, fd: change(event, path, fd),
            "os.chown": lambda event, path, user, group, fd: change(event, path, fd),
            "os.utime": lambda event, path, times, ns, fd: change(event, path, fd),
            "os.setxattr": lambda event, path, name, value, flags: change(event, path, -1),
            "os.remove": self._removed,
            "os.rmdir": self._removed,
            "shutil.rmtree": lambda event, path, fd=-1: self._removed(event, path, fd),
            "os.rename": self._renamed,
            "sqlite3.connect": self._database,
            "subprocess.Popen": lambda event, program, args, cwd, env: self._ran(event, args),
            "os.system": self._ran,
            "os.exec": lambda event, path, args, env: self._ran(event, args),
            "os.posix_spawn": lambda event, path, args, env: self._ran(event, args),
            "socket.connect": lambda event, sock, address: self._contact(event, sock, address),
            "socket.sendto": lambda event, sock, address: self._contact(event, sock, address),
            "socket.sendmsg": lambda event, sock, address: self._contact(event, sock, address),
            "socket.getaddrinfo": lambda event, host, *rest: self._lookup(event, host),
            "socket.gethostbyname": self._lookup,
            "urllib.Request": lambda event, url, *rest: self._request(event, url),
            "exec": self._executed,
            "pickle.find_class": self._unpickled,
            "ctypes.dlopen": lambda event, name: self._library(event, name),
            "import": lambda event, name, *rest: self._library(event, name),
        }

    # --- files ------------------------------------------------------------------------------------

    def _opened(self, event: str, path: Any, mode: Any, flags: Any) -> None:
        flags = flags if isinstance(flags, int) else 0
        follows = not flags & os.O_NOFOLLOW
        if not _is_folder(path, -1):  # opening one gives nothing; listing has events of its own
            self._seen(event, "write" if flags & _WRITING else "read", path, -1, follows)

    def _made(self, event: str, path: Any, fd: Any) -> None:
        # Folders that exist are "made" all the time: os.makedirs(..., exist_ok=True) just tries.
        if not _is_folder(path, fd):
            self._seen(event, "write", path, fd, False)

    def _changed(self, event: str, path: Any, fd: Any) -> None:
        self._seen(event, "write", path, fd, False)

    def _linked(self, event: str, source: Any, path: Any, source_fd: Any, fd: Any) -> None:
        self._seen(event, "read", source, source_fd, True)
        self._made(event, path, fd)

    def _removed(self, event: str, path: Any, fd: Any = -1) -> None:
        if event != "os.remove" or not _is_folder(path, fd):
            self._seen(event, "delete", path, fd, False)

    def _renamed(self, event: str, source: Any, target: Any, source_fd: Any, fd: Any) -> None:
        self._seen(event, "delete", source, source_fd, False)
        self._made(event, target, fd)

    def _database(self, event: str, database: Any) -> None:
        name = os.fsdecode(database)
        if ":memory:" in name:
            return
        name = name.removeprefix("file:").partition("?")[0]
        if _is_folder(name, -1):
            return
        self._seen(event, "read" if os.path.exists(name) else "write", name, -1, True)

    def _seen(self, event: str, op: Op, path: Any, fd: Any, follow: bool) -> None:
        resolved = resolve("." if path is None else path, fd)
        if resolved is None:
            return
        target = os.path.realpath(resolved) if follow else os.path.normpath(resolved)
        outside = not self._may(op, target)
        raw = os.fsdecode(path) if path is not None else "."
        if not outside and not self._named(raw):
            return
        attempt = self._attempt(op, event, raw, target, outside)
        if attempt is not None and outside and self._is_new(attempt):
            is_decoy = any(below(target, folder) for folder in self.decoys)
            # A library may need a file of the machine for the first time now.
            harmless = is_decoy if op == "list" else op == "read"
            self._refuse(attempt, unless=harmless)

    def _may(self, op: Op, target: str) -> bool:
        if any(below(target, folder) for folder in self.allowed) or below(target, self.tmp):
            return True
        if target.startswith(_DEVICES):
            return True
        if op not in ("read", "list"):
            return "/__pycache__" in target
        if below(target, self.own) or any(below(target, folder) for folder in self._code):
            return True
        return target.startswith(_LIBRARIES)

    # --- the rest ---------------------------------------------------------------------------------

    def _ran(self, event: str, command: Any) -> None:
        if isinstance(command, (list, tuple)):
            parts = tuple(os.fsdecode(part) for part in command)
        else:
            parts = (os.fsdecode(command),)
        told = " ".join(parts)
        attempt = self._attempt("process", event, told, told, True, parts)
        if attempt is not None and self._named(told):
            self._refuse(attempt)

    def _contact(self, event: str, sock: Any, address: Any) -> None:
        where = f"{address[0]}:{address[1]}" if isinstance(address, tuple) else str(address)
        self._reached(event, where)

    def _lookup(self, event: str, host: Any) -> None:
        self._reached(event, host.decode("ascii", "replace") if isinstance(host, bytes) else host)

    def _request(self, event: str, url: Any) -> None:
        if not str(url).startswith(("file:", "data:")):
            self._reached(event, str(url))

    def _reached(self, event: str, where: Any) -> None:
        self._attempt("network", event, str(where), str(where), True)
        # Always refused: what a node is told to fetch must not be fetched.
        raise PermissionError(errno.EACCES, "refused by the confinement", str(where))

    def _executed(self, event: str, code: Any) -> None:
        if isinstance(code, CodeType) and any(self._named(text) for text in _texts(code)):
            self._attempt("code", event, code.co_filename, "exec", True)

    def _unpickled(self, event: str, module: Any, name: Any) -> None:
        if name == "mkdir" and module in ("os", "posix", "nt"):
            self._attempt("load", event, f"{module}.{name}", f"{module}.{name}", True)

    def _library(self, event: str, name: Any) -> None:
        if self._named(str(name)):
            self._attempt("code", event, str(name), str(name), True)

    def _attempt(
        self, op: Op, event: str, raw: str, target: str, outside: bool,
        command: tuple[str, ...] = (),
    ) -> Attempt | None:  # fmt: skip
        """Note it, unless it is nobody's doing or that of a library that is being imported."""
        who: Cause | None = cause()
        imported = who is not None and not who.own and not who.ours
        if imported and not self._named(raw + target):
            return None
        file, line = (who.file, who.line) if who else (None, None)
        ours = who is not None and who.ours
        attempt = Attempt(op, event, raw, target, file, line, outside, ours, command)
        self.attempts.append(attempt)
        return attempt

    def _named(self, text: str) -> bool:
        return any(token in text for token in self.tokens)

    def _is_new(self, attempt: Attempt) -> bool:
        return is_new(attempt, self.known, self.tokens)

    def _refuse(self, attempt: Attempt, unless: bool = False) -> None:
        if self.refuses and not unless:
            raise PermissionError(errno.EACCES, "refused by the confinement", attempt.raw)


def is_new(attempt: Attempt, known: Known, tokens: Sequence[str]) -> bool:
    """Whether it is made for the sake of the payload, which has one of the tokens, or none."""
    if any(token in attempt.raw or token in attempt.target for token in tokens):
        return True
    place = (attempt.op, attempt.file, attempt.line)
    return (attempt.op, attempt.target) not in known.attempts and place not in known.lines


def _is_folder(path: Any, fd: Any) -> bool:
    resolved = resolve(path, fd)
    return resolved is not None and os.path.isdir(resolved)


def below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _texts(code: CodeType) -> list[str]:
    """The names and texts in a piece of code, and in those inside it."""
    found = [*code.co_names, *code.co_varnames]
    for const in code.co_consts:
        if isinstance(const, str):
            found.append(const)
        elif isinstance(const, CodeType):
            found += _texts(const)
    return found
