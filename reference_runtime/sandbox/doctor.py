"""What this machine can enforce, found out by doing it in a child that then ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reference_runtime.sandbox import bubblewrap, kernel, landlock
from reference_runtime.sandbox.launching import Confinement, Status
from reference_runtime.sandbox.policy import Enforced, SandboxPolicy

SECONDS = 30.0
_MEMORY = 4 << 30


@dataclass(frozen=True)
class Diagnosis:
    """``enforced``: what a worker of this machine is confined by; ``wrapped``: the same with
    bubblewrap around it, None where it does not work, for the reason ``unwrapped``."""

    enforced: Enforced
    wrapped: Enforced | None
    unwrapped: str
    landlock: str
    machine: str


def examine(abi: int | None = None) -> Diagnosis:
    """Confine children and see; ``abi`` lowers the Landlock version that is used."""
    refusal = bubblewrap.refusal()
    version = landlock.abi() if abi is None else min(abi, landlock.abi())
    return Diagnosis(
        _confined(abi, wrap=False),
        _confined(abi, wrap=True) if refusal is None else None,
        refusal or "",
        landlock.missing(version) or f"abi {version}",
        f"{sys.platform} {kernel.machine()}",
    )


def _confined(abi: int | None, *, wrap: bool) -> Enforced:
    """What is enforced on a child that has just been confined."""
    with tempfile.TemporaryDirectory(prefix="studio-doctor-") as folder:
        root = Path(folder).resolve()
        (root / "work").mkdir()
        outside = root / "outside"
        outside.mkdir()
        (outside / "secret").write_bytes(b"secret")
        sentinel = {"secret": str(outside / "secret"), "probe": str(outside / "probe")}
        runtime = str(Path(__file__).resolve().parents[1])
        policy = SandboxPolicy((runtime,), (str(root / "work"),), max_memory=_MEMORY)
        return _told(Confinement(policy, sentinel, (), abi, True, wrap), root / "work")


def _told(confinement: Confinement, folder: Path) -> Enforced:
    status = Status()
    command = confinement.command([sys.executable, "-I", "-S", "-c", ""], status.writes)
    try:
        child = subprocess.Popen(
            command, cwd=folder, pass_fds=(status.writes,), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )  # fmt: skip
    finally:
        status.started()
    try:
        return status.read(confinement.wrap)
    finally:
        child.kill()
        child.wait(SECONDS)


def to_json(diagnosis: Diagnosis) -> str:
    """The diagnosis for programs."""
    wrapped = diagnosis.wrapped.to_wire() if diagnosis.wrapped is not None else None
    plain = {
        "machine": diagnosis.machine,
        "landlock": diagnosis.landlock,
        "enforced": diagnosis.enforced.to_wire(),
        "wrapped": wrapped,
        "not_wrapped_because": diagnosis.unwrapped,
    }
    return json.dumps(plain, indent=2)
