"""Namespaces around a confined process, by bubblewrap, where a dry run shows that it works.

It alone hides that files outside exist, and ends every process of a worker with it. Landlock and
seccomp are applied inside as well: bubblewrap shows what the policy names, they say how it may be
used.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

from reference_runtime.sandbox import needed
from reference_runtime.sandbox.policy import SandboxPolicy

DRY_RUN_SECONDS = 10.0
_ALWAYS = (
    "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    "--new-session", "--proc", "/proc", "--dev", "/dev",
)  # fmt: skip


def program() -> str | None:
    """The path of bubblewrap; None where it is not installed."""
    return shutil.which("bwrap") if sys.platform == "linux" else None


@functools.cache
def refusal() -> str | None:
    """Why no process can be wrapped here; None when it works. Found out by a dry run, once."""
    found = program()
    if found is None:
        return "bubblewrap is not installed"
    empty = SandboxPolicy(read=("/",), system=False)
    try:
        done = subprocess.run(
            [*prefix(empty), sys.executable, "-I", "-S", "-c", ""],
            capture_output=True, text=True, timeout=DRY_RUN_SECONDS, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap can't be run: {error}"
    lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return None if done.returncode == 0 else f"bubblewrap does not work here: {lines[-1]}"


def prefix(policy: SandboxPolicy) -> list[str]:
    """The command line to put before a command, so that it sees what the policy names.

    Raises FileNotFoundError where bubblewrap is missing.
    """
    found = program()
    if found is None:
        raise FileNotFoundError("bubblewrap is not installed")
    read = [*(needed.readable() if policy.system else ()), *policy.read]
    network = [] if policy.network else ["--unshare-net"]
    command = [found, *_ALWAYS, *network]
    for path in _outermost([p for p in read if not p.startswith(("/proc/", "/dev/"))]):
        command += _shown("--ro-bind", path)
    for path in policy.write:
        command += ["--bind", path, path]
    cards = [p for p in needed.writable() if p not in needed.DEVICES] if policy.system else []
    for path in cards:
        command += ["--dev-bind", path, path]
    return [*command, "--"]


def _shown(option: str, path: str) -> list[str]:
    """The option for a path; a link is shown as the link it is, with what it leads to."""
    if os.path.islink(path):
        real = os.path.realpath(path)
        return [option, real, real, "--symlink", os.readlink(path), path]
    return [option, path, path]


def _outermost(paths: Iterable[str]) -> list[str]:
    """Those that exist, without those that lie below another of them; shortest first."""
    found: list[str] = []
    for path in sorted({os.path.normpath(p) for p in paths if os.path.exists(p)}, key=len):
        if not any(path == f or path.startswith(f.rstrip("/") + "/") for f in found):
            found.append(path)
    return found
