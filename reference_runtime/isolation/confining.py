"""How a worker is confined: from what a caller wants to the policy of one process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.isolation.scratch import Scratch
from reference_runtime.loading.place import HOST_FOLDERS
from reference_runtime.sandbox import bubblewrap, landlock, needed
from reference_runtime.sandbox.launching import Confinement
from reference_runtime.sandbox.policy import SandboxPolicy

_RUNTIME = Path(__file__).resolve().parents[1]
_PACK_FOLDERS = frozenset({"custom_nodes"})


ABI_VARIABLE = "STUDIO_CONFORMANCE_LANDLOCK_ABI"
"""Lowers the Landlock version that is used ("0": none), to try what an older kernel would do."""


def lowered_abi() -> int | None:
    """What the variable says; None where it says nothing that is a number."""
    text = os.environ.get(ABI_VARIABLE, "")
    return int(text) if text.isdecimal() else None


@dataclass(frozen=True)
class Sandbox:
    """What a caller wants of the sandbox of a pack's workers.

    ``observe``: go on where it can't be enforced, and refuse by the audit hook what would leave
    the folders. ``read``: more paths that a pack may read. ``wrap``: namespaces around workers,
    by bubblewrap. ``abi``: the Landlock version to use at most, to try what an older kernel would
    do. ``max_memory``: bytes of private memory of each process.
    """

    observe: bool = False
    read: tuple[str, ...] = ()
    wrap: bool = False
    abi: int | None = None
    max_memory: int | None = None


DEFAULT = Sandbox()


def confinement(
    sandbox: Sandbox,
    policy: SandboxPolicy,
    scratch: Scratch,
    python: str,
    keep: tuple[int, ...] = (),
) -> Confinement | None:
    """How to confine a worker before its interpreter starts; None where it confines itself.

    From outside for an interpreter whose start is not ours to trust, and for namespaces: those that
    are asked for, and where Landlock can't hold files, those that can be had.
    """
    if not confined_before_start(sandbox, python):
        return None
    wrap = _wraps(sandbox)
    return Confinement(policy, scratch.sentinel, keep, sandbox.abi, sandbox.observe, wrap)


def confined_before_start(sandbox: Sandbox, python: str) -> bool:
    """Whether workers of this interpreter are confined from outside."""
    return python != sys.executable or _wraps(sandbox)


def _wraps(sandbox: Sandbox) -> bool:
    """Whether workers have namespaces of their own: where they are asked for, or in the place of
    Landlock."""
    version = landlock.abi() if sandbox.abi is None else sandbox.abi
    instead = version < landlock.FULL_ABI and not sandbox.observe and bubblewrap.refusal() is None
    return sandbox.wrap or instead


def worker_policy(
    sandbox: Sandbox,
    pack: Path,
    python: str,
    write: Iterable[Path],
    read: Iterable[Path] = (),
) -> SandboxPolicy:
    """The policy of a worker for ``pack``, which may read itself and, in a host's folder, its
    neighbours; ``write`` and ``read``: what else its host lets it have."""
    readable = [
        str(_RUNTIME),
        *map(str, _pack_places(pack)),
        *_interpreter(python),
        *sandbox.read,
        *map(str, read),
    ]
    return SandboxPolicy(
        read=tuple(dict.fromkeys(readable)),
        write=tuple(map(str, write)),
        max_memory=sandbox.max_memory,
    )


def _pack_places(pack: Path) -> list[Path]:
    """The pack, as it is named and as it really is, and what it may import beside it."""
    places = [pack, pack.resolve()]
    if pack.parent.name in _PACK_FOLDERS or pack.parent.name in HOST_FOLDERS:
        places.append(pack.parent)
    if pack.parent.name in HOST_FOLDERS:
        places += [pack.parent.parent / folder for folder in sorted(HOST_FOLDERS)]
    return places


def _interpreter(python: str) -> list[str]:
    """Where an interpreter has its own files, and what ours lends to one that isn't ours."""
    if python == sys.executable:
        return needed.packages()
    environment = Path(python).absolute().parent.parent
    real = Path(os.path.realpath(python))
    own = [str(environment), str(real.parent.parent), str(real)]
    return needed.without_roots([*own, *needed.packages()])


def hello(
    sandbox: Sandbox,
    policy: SandboxPolicy,
    scratch: Scratch,
    keep: Iterable[int] = (),
    enforced: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What a worker is told to confine itself by; see ``worker.Worker.hello``."""
    return {
        "policy": policy.to_wire(),
        "sentinel": scratch.sentinel,
        "keep": list(keep),
        "abi": sandbox.abi,
        "enforced": enforced,
        "observe": sandbox.observe,
    }
