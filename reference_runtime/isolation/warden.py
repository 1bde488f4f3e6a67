"""Cleans up after a host that was killed: a small process of its own, told what there is.

Usable as a module by the host (``guard_folder``, ``guard_processes``, ``forget``) and run as a
script by itself. While the host lives it only listens; when the host's end of the pipe closes, for
whatever reason, it ends the marked processes and removes the folders that were not forgotten.
Standard library only, and nothing of ours is imported before the host is gone.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

_lock = threading.Lock()
_process: subprocess.Popen[bytes] | None = None
_guarded: set[str] = set()


def guard_folder(folder: Path) -> None:
    """Remove this folder when the host is gone."""
    _guard("+folder", str(folder))


def guard_processes(token: str) -> None:
    """End the processes with this mark (see ``sweep``) when the host is gone."""
    _guard("+token", token)


def forget(what: str | Path) -> None:
    """A folder or a mark that needs no guard any more; without any the warden ends."""
    with _lock:
        if str(what) in _guarded:
            _guarded.discard(str(what))
            _tell("-", str(what))
            if not _guarded:
                _end()


def _guard(verb: str, what: str) -> None:
    with _lock:
        _guarded.add(what)
        _tell(verb, what)


def _tell(verb: str, what: str) -> None:
    stdin = _running().stdin
    assert stdin is not None
    with contextlib.suppress(OSError):
        stdin.write(f"{verb} {what}\n".encode("utf-8", "surrogateescape"))


def _end() -> None:
    global _process
    process, _process = _process, None
    if process is not None and process.stdin is not None:
        process.kill()  # there is nothing that it would have to do
        process.wait()
        process.stdin.close()


def _running() -> subprocess.Popen[bytes]:
    global _process
    if _process is None or _process.poll() is not None:
        _process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            start_new_session=True,
        )
    return _process


@atexit.register
def _dismiss() -> None:
    """Close the pipe: what was not forgotten by now is cleaned up."""
    process = _process
    if process is not None and process.stdin is not None:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)


# --- the process itself -------------------------------------------------------------------------


def listen() -> tuple[list[str], list[str]]:
    """Folders and marks that are left when the host is gone."""
    folders: dict[str, None] = {}
    tokens: dict[str, None] = {}
    for line in sys.stdin.buffer:
        if not line.endswith(b"\n"):
            break  # the host was killed in the middle of it
        verb, _, what = os.fsdecode(line[:-1]).partition(" ")
        if verb == "+folder":
            folders[what] = None
        elif verb == "+token":
            tokens[what] = None
        else:
            folders.pop(what, None)
            tokens.pop(what, None)
    return list(folders), list(tokens)


def clean(folders: list[str], tokens: list[str]) -> None:
    """End the processes, then remove the folders."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from reference_runtime.isolation.scratch import remove_tree
    from reference_runtime.isolation.sweep import end_marked

    for token in tokens:
        end_marked(token)
    for folder in folders:
        remove_tree(Path(folder))


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends when the host does
    left = listen()
    if any(left):
        clean(*left)


if __name__ == "__main__":
    main()
