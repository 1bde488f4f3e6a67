"""The state of the process around one call: what it was, and what the call left otherwise.

Only what libraries keep for the whole process: a node shares it with every other node. Modules
that nobody has imported have no state yet; they count from the first look on.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_runtime.exercise.facts import StateChange, StateKind

THREAD_GRACE = 0.1
"""Seconds in which threads and processes that only do a small job may end."""
COMMAND_LOOKS, COMMAND_PAUSE = 20, 0.005
"""How often, and after how many seconds again, a new process is asked for its command line."""
MAX_FILES = 2_000
MAX_NOTES = 20
"""Changes told of one kind."""
_UNREMARKABLE = ("/dev/", "anon_inode:", "/proc/", "/sys/")
_WATCHED = [
    getattr(signal, name)
    for name in (
        "SIGINT",
        "SIGTERM",
        "SIGALRM",
        "SIGHUP",
        "SIGUSR1",
        "SIGUSR2",
        "SIGCHLD",
        "SIGSEGV",
    )
    if hasattr(signal, name)
]
_ENVIRONMENT_NOISE = ("KMP_", "OMP_")
"""Variables that native libraries set when they are first used."""


@dataclass
class State:
    """A snapshot; ``changes_since`` compares two."""

    cwd: str
    files: dict[str, tuple[int, int]]
    rng: dict[str, int]
    torch: dict[str, str]
    torch_seed: int | None
    threads: dict[int, str]
    processes: set[int]
    open_files: dict[int, str]
    environment: dict[str, str]
    path: list[str]
    handlers: dict[int, Any] = field(default_factory=dict)


def take(root: Path) -> State:
    """The state now; ``root`` is the folder in which files may come into being."""
    return State(
        cwd=_cwd(),
        files=dict(_files(root)),
        rng=_generators(),
        torch=_torch(),
        torch_seed=_torch_seed(),
        threads={thread.ident or 0: thread.name for thread in threading.enumerate()},
        processes=children(),
        open_files=open_files(),
        environment=dict(os.environ),
        path=[str(entry) for entry in sys.path],
        handlers=_handlers(),
    )


def changes(before: State, after: State, started: Sequence[str] = ()) -> list[StateChange]:
    """What ``after`` has otherwise, at most ``MAX_NOTES`` of a kind.

    ``started``: command lines of processes that were started in between, in order.
    """
    found: list[StateChange] = []
    compared = _compare(before, after)
    compared["process"] = _commands(sorted(after.processes - before.processes), started)
    for kind, details in compared.items():
        found += [_change(kind, detail) for detail in details[:MAX_NOTES]]
    for name in _changed_files(before, after)[:MAX_NOTES]:
        found.append({"kind": "file", "detail": name, "place": _place(name)})
    return found


def settle(before: State) -> None:
    """Give threads and processes that began since a moment to end by themselves."""
    for thread in threading.enumerate():
        if thread.ident not in before.threads and thread is not threading.current_thread():
            thread.join(THREAD_GRACE)


def new_files(before: State, after: State, root: Path) -> list[Path]:
    """Files that did not exist before."""
    return [root / name for name in after.files if name not in before.files]


def _compare(before: State, after: State) -> dict[StateKind, list[str]]:
    return {
        "cwd": [] if before.cwd == after.cwd else [f"now {after.cwd}"],
        "rng": _rng_changes(before, after),
        "grad-mode": _torch_change(before, after, "grad-mode"),
        "default-dtype": _torch_change(before, after, "default-dtype"),
        "default-device": _torch_change(before, after, "default-device"),
        "threads-setting": _torch_change(before, after, "threads-setting"),
        "thread": [name for i, name in after.threads.items() if i not in before.threads],
        "open-file": _opened(before, after),
        "environment": _variables(before, after),
        "sys.path": [f"added {entry}" for entry in after.path if entry not in before.path],
        "signal": [
            signal.Signals(number).name
            for number, handler in after.handlers.items()
            if before.handlers.get(number) is not handler
        ],
    }


def _change(kind: StateKind, detail: str) -> StateChange:
    return {"kind": kind, "detail": detail, "place": ""}


# --- random generators ----------------------------------------------------------------------------


def seed_all(seed: int) -> None:
    """Put the global generators of what is imported into a known state."""
    random.seed(seed)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(seed)
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        # Not torch.manual_seed: it also queues a call for each CUDA device, for ever.
        torch.default_generator.manual_seed(seed)


def _generators() -> dict[str, int]:
    """A checksum of the state of each global generator."""
    found = {"random": hash(random.getstate())}
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        _, keys, position, has_gauss, gauss = numpy.random.get_state()
        found["numpy"] = hash((zlib.crc32(keys.tobytes()), position, has_gauss, gauss))
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):
        found["torch"] = zlib.crc32(torch.get_rng_state().numpy().tobytes())
    return found


def _rng_changes(before: State, after: State) -> list[str]:
    """A generator that is first imported by the call has no state before."""
    changed = [name for name, now in after.rng.items() if before.rng.get(name, now) != now]
    reseeded = before.torch_seed is not None and before.torch_seed != after.torch_seed
    return [f"{name} seeded" if name == "torch" and reseeded else name for name in changed]


def _torch_seed() -> int | None:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "initial_seed"):
        return None
    return int(torch.initial_seed())


# --- torch ---------------------------------------------------------------------------------------


def _torch() -> dict[str, str]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "get_default_dtype"):
        return {}
    device = getattr(torch, "get_default_device", lambda: "cpu")
    return {
        "grad-mode": _grad_mode(torch),
        "default-dtype": str(torch.get_default_dtype()),
        "default-device": str(device()),
        "threads-setting": f"{torch.get_num_threads()} threads",
    }


def _grad_mode(torch: Any) -> str:
    inference = "inference mode" if torch.is_inference_mode_enabled() else "no inference mode"
    return f"{'gradients' if torch.is_grad_enabled() else 'no gradients'}, {inference}"


def _torch_change(before: State, after: State, name: str) -> list[str]:
    was, now = before.torch.get(name), after.torch.get(name)
    return [] if was is None or was == now else [f"{was} before, {now} after"]


# --- files ---------------------------------------------------------------------------------------


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "a folder that no longer exists"


def _files(root: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Files below ``root`` with size and time of change; the first ``MAX_FILES``."""
    count = 0
    waiting = [(str(root), "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{name}/"))
                continue
            count += 1
            if count > MAX_FILES:
                return
            status = entry.stat(follow_symlinks=False)
            yield name, (status.st_size, status.st_mtime_ns)


def _changed_files(before: State, after: State) -> list[str]:
    return [name for name, now in after.files.items() if before.files.get(name) != now]


def _place(name: str) -> str:
    """Which of the host's folders a path below the scratch folder lies in."""
    parts = name.split("/")
    if parts[0] == "tmp":
        return "temp"
    if parts[0] != "host":
        return "other"
    if len(parts) == 2:
        return "cwd"
    return parts[1] if parts[1] in ("output", "temp", "input", "models", "user") else "other"


def open_files() -> dict[int, str]:
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return {}
    found = {}
    for number in numbers:
        try:
            found[int(number)] = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue  # the one that listed them
    return found


def _opened(before: State, after: State) -> list[str]:
    return [
        target
        for number, target in after.open_files.items()
        if before.open_files.get(number) != target and not target.startswith(_UNREMARKABLE)
    ]


# --- processes, variables, handlers ---------------------------------------------------------------


def children() -> set[int]:
    """Processes that this one started and that still live."""
    try:
        tasks = os.listdir("/proc/self/task")
    except OSError:
        return set()
    found: set[int] = set()
    for task in tasks:
        try:
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as listed:
                found.update(map(int, listed.read().split()))
        except OSError:
            continue
    return found


def _commands(pids: list[int], started: Sequence[str]) -> list[str]:
    """How the processes are called: by themselves, or where the sandbox hides them, by the order
    in which they were started."""
    names = [_command(pid) for pid in pids]
    if "unknown" not in names:
        return names
    known = (
        started if len(started) == len(pids) else [", or ".join(started) or "unknown"] * len(pids)
    )
    return [n if n != "unknown" else k for n, k in zip(names, known, strict=True)]


def _command(pid: int) -> str:
    """The command line of a process; one that has just begun its program has none for a moment."""
    for _ in range(COMMAND_LOOKS):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                text = file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            with open(f"/proc/{pid}/stat", "rb") as file:
                ended = file.read().rpartition(b")")[2].split()[0] == b"Z"
        except (OSError, IndexError):
            return "unknown"
        if text:
            return text
        if ended:
            return "defunct"
        time.sleep(COMMAND_PAUSE)
    return "unknown"


def _variables(before: State, after: State) -> list[str]:
    found = []
    for name in sorted(before.environment.keys() | after.environment.keys()):
        was, now = before.environment.get(name), after.environment.get(name)
        if was != now and not name.startswith(_ENVIRONMENT_NOISE):
            found.append(f"{name} removed" if now is None else f"{name}={now}"[:200])
    return found


def _handlers() -> dict[int, Any]:
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {int(number): signal.getsignal(number) for number in _WATCHED}
