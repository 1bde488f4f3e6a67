"""An environment for a pack: taken from the cache, or built once, whoever asks at the same time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from reference_runtime.environments.errors import CannotBuild
from reference_runtime.environments.lending import installed, put, unmet
from reference_runtime.environments.locks import Busy, Lock
from reference_runtime.environments.plan import Plan, plan_for
from reference_runtime.environments.store import Entry, Store

WAIT_SECONDS = 1800.0
"""How long one process waits for another that builds the same."""


@dataclass
class Environment:
    """A built environment in use: it is not pruned until ``close``. A context manager."""

    entry: Entry
    built: bool
    """Whether it was built now; else it was in the cache."""
    _lock: Lock = field(repr=False)

    @property
    def python(self) -> str:
        """The interpreter to start workers with."""
        return str(python_of(self.entry.path))

    @property
    def installed(self) -> dict[str, str]:
        """Versions by name, without what is lent."""
        return dict(self.entry.facts["installed"])

    @property
    def lent(self) -> dict[str, str]:
        """Versions by name of what comes from the host, unless the pack's own hides it."""
        return {name: version for name, version, _ in self.entry.facts["plan"]["lent"]}

    def close(self) -> None:
        self._lock.close()

    def __enter__(self) -> Environment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def environment_for(pack: Path, store: Store | None = None) -> Environment:
    """The environment of the pack at ``pack``. Close it when its workers have ended.

    Raises what ``plan_for`` and ``obtain`` raise.
    """
    return obtain(plan_for(pack), store or Store())


def obtain(plan: Plan, store: Store) -> Environment:
    """Take the planned environment from the cache, building it when it is not there.

    What is in the cache is used without asking any index. Raises CannotBuild and its kin.
    """
    key, built = plan.key, False
    try:
        lock = Lock(store.lock_file(key))
    except OSError as error:
        raise CannotBuild(f"the cache {store.root} can't be written: {error.strerror}") from None
    try:
        while True:
            lock.share()
            entry = store.get(key)
            # Between building and sharing, or reading and sharing, it may have been removed.
            if entry is not None and python_of(entry.path).exists():
                store.touch(key)
                return Environment(entry, built, lock)
            lock.close()
            lock = Lock(store.lock_file(key))
            built = _build_alone(plan, store, lock) or built
    except BaseException:
        lock.close()
        raise


def _build_alone(plan: Plan, store: Store, lock: Lock) -> bool:
    """Build under the lock, unless another process did it in the meantime. Whether it was built."""
    try:
        lock.take(WAIT_SECONDS)
    except Busy:
        raise CannotBuild(
            f"another process builds the same environment since {WAIT_SECONDS / 60:g} minutes"
        ) from None
    entry = store.get(plan.key)
    if entry is not None and python_of(entry.path).exists():
        return False
    built = store.begin(plan.key) / "environment"
    try:
        facts = _build(plan, built, lock)
        store.finish(plan.key, built, facts)
    except OSError as error:
        what = f"{error.strerror} ({error.filename})" if error.filename else str(error)
        raise CannotBuild(f"building the environment in {store.root} failed: {what}") from None
    finally:
        store.sweep(plan.key)
    return True


def _build(plan: Plan, built: Path, lock: Lock) -> dict[str, Any]:
    """Make the environment at ``built`` and give what its marker tells."""
    work, uv = built.parent, plan.uv
    # uv inherits the lock: if this process is killed, the next builder waits until uv has ended.
    keep = (lock.fd,)
    uv.run(
        ["venv", "--no-project", "--no-config", "--relocatable", "--python", plan.python.path,
         str(built)],
        work, "making an environment", keep,
    )  # fmt: skip
    if plan.wanted:
        _install(plan, built, work, keep)
    site = site_packages(built, plan)
    own = installed([str(site)])
    _check_loan(plan, {name: d.requires for name, d in own.items()})
    put(plan.loan, built, site)
    return {
        "plan": plan.facts(),
        "installed": {name: own[name].version for name in sorted(own)},
        "lent_reason": plan.loan.reason,
    }


def _install(plan: Plan, built: Path, work: Path, keep: tuple[int, ...]) -> None:
    python = str(python_of(built))
    arguments = ["pip", "install", "--python", python, "--compile-bytecode"]
    plan.uv.run([*arguments, *resolving(plan, work)], work, "installing what the pack needs", keep)


def resolving(plan: Plan, work: Path) -> list[str]:
    """Arguments of uv for all that the plan wants; its files are written to ``work``."""
    files = {"requirements": plan.wanted, "constraints": plan.constraints,
             "excludes": plan.excluded}  # fmt: skip
    for name, lines in files.items():
        (work / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["--requirements", "requirements.txt", "--constraints", "constraints.txt"]
    arguments += ["--excludes", "excludes.txt"] if plan.excluded else []
    arguments += [] if plan.builds else ["--no-build"]
    return [*arguments, *plan.options]


def _check_loan(plan: Plan, requires: dict[str, tuple[str, ...]]) -> None:
    """What was installed must get along with the torch that is lent: uv was told to ignore it."""
    for who, text, version in unmet(requires.items(), plan.loan.family):
        raise CannotBuild(
            f"{who}, which the pack needs, requires {text}; the host lends {version}. Say "
            "share_torch: false in pyisolate.yaml to have a torch of its own"
        )


def python_of(environment: Path) -> Path:
    if os.name == "nt":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def site_packages(environment: Path, plan: Plan) -> Path:
    if os.name == "nt":
        return environment / "Lib" / "site-packages"
    major, minor = plan.python.line
    return environment / "lib" / f"python{major}.{minor}" / "site-packages"
