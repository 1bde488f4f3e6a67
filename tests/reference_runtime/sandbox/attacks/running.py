"""Hosts as root and as an ordinary user, and the results of all attacks on them."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import reference_runtime
from attacks.catalogue import attacks
from attacks.judging import caught_by

Result = dict[str, Any]
NOBODY = 65534
LIBRARIES = ("numpy", "torch", "PIL", "safetensors", "av")
VARIANTS = ("plain", "wrapped")
USERS = ("root", "user")
PARTS = ("__init__.py", "sandbox", "isolation/__init__.py", "isolation/scratch.py",
         "isolation/bootstrap.py")  # fmt: skip


@dataclass
class Started:
    """A host that waits for orders."""

    process: subprocess.Popen[str]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, names: Sequence[str], variant: str, **more: Any) -> list[Result]:
        """Attacks by one process; see ``host.Host.order``."""
        assert self.process.stdin
        assert self.process.stdout
        order = {"attacks": list(names), "variant": variant, **more}
        with self._lock:
            print(json.dumps(order), file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the host ended: {self.process.wait(10)}")
        results: list[Result] = json.loads(answer)
        return results

    def all(self, variant: str, names: Sequence[str] | None = None) -> dict[str, Result]:
        """Every attack in a fresh process, but for those with torch, which are forked from one."""
        chosen = [attacks()[name] for name in names or attacks()]
        slow = [a.name for a in chosen if "torch" in a.needs]
        found = [r for a in chosen if a.name not in slow for r in self.order([a.name], variant)]
        found += self.order(slow, variant, preload="torch") if slow else []
        by_name = {result["name"]: result for result in found}
        return {a.name: by_name[a.name] for a in chosen}

    def differs(self, name: str, variant: str) -> bool:
        """Whether what an attack finds out is one thing with a file outside, another without it;
        and the same when nothing changed."""
        token = secrets.token_hex(8)
        there, again, away = (
            self.order([name], variant, token=token, absent=absent)[0]
            for absent in (False, False, True)
        )
        said = [(r["outcome"], r["said"]) for r in (there, again, away)]
        return said[0] == said[1] != said[2]

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@dataclass
class Machine:
    """The hosts of this machine, started when they are asked for."""

    folder: Path
    _hosts: dict[str, Started] = field(default_factory=dict)
    _results: dict[tuple[str, str], dict[str, Result]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def host(self, user: str) -> Started:
        """Raises LookupError, saying why, where there can't be one."""
        with self._lock:
            if user not in self._hosts:
                self._hosts[user] = self._start(user)
            return self._hosts[user]

    def results(self, user: str, variant: str) -> dict[str, Result]:
        """Of all attacks; variant "none": without a sandbox."""
        key = ("", "none") if variant == "none" else (user, variant)
        if key not in self._results:
            free = variant == "none"
            self._results[key] = self._free() if free else self.host(user).all(variant)
        return self._results[key]

    def caught(self, user: str, variant: str) -> dict[str, list[str]]:
        """The layers that caught each attack that could be tried."""
        free, found = self.results(user, "none"), {}
        for name, result in self.results(user, variant).items():
            if result["skipped"]:
                continue
            layers = caught_by(result, free[name], False)
            if not layers or result["effects"] == ["value"]:
                differs = self.host(user).differs(name, variant)
                layers = caught_by(result, free[name], differs)
            found[name] = layers
        return found

    def _free(self) -> dict[str, Result]:
        """By an ordinary user, where that user can do it; only the rest by root."""
        try:
            found = self.host("user").all("none")
        except LookupError:
            found = {}
        rest = [name for name in attacks() if name not in found or found[name]["skipped"]]
        if os.getuid() == 0 and rest:
            found |= self.host("root").all("none", rest)
        return found

    def _start(self, user: str) -> Started:
        if user == "root" and os.getuid() != 0:
            raise LookupError("not run as root")
        other = user == "user" and os.getuid() == 0
        python = _python_for(NOBODY) if other else os.path.realpath(sys.executable)
        self._compile_for(python)
        secret = secrets.token_hex(8)
        settings = {
            "code": str(self.folder / "code"),
            "native": str(self.folder / "native"),
            "packages": _packages(python, NOBODY if other else None),
        }
        host = str(self.folder / "code" / "attacks" / "host.py")
        return Started(
            subprocess.Popen(
                [python, "-I", "-S", "-B", host, json.dumps(settings), secret],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd="/",
                env={"PATH": os.defpath, "STUDIO_DECOY_TOKEN": secret},
                user=NOBODY if other else None, group=NOBODY if other else None,
                extra_groups=[] if other else None,
            )
        )  # fmt: skip

    def _compile_for(self, python: str) -> None:
        """Hundreds of processes start with these modules, none of which may write a cache."""
        code = self.folder / "code"
        parts = [code / "attacks", *(code / "reference_runtime" / p for p in PARTS)]
        subprocess.run([python, "-I", "-m", "compileall", "-q", *parts], check=True)
        _readable(code)

    def close(self) -> None:
        for host in self._hosts.values():
            host.close()


def _packages(python: str, user: int | None) -> list[str]:
    """Where this interpreter's libraries lie, if that one can use them."""
    same = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = subprocess.run([python, "-I", "-S", "-c", same], capture_output=True, text=True)
    if version.stdout.strip() != "{}.{}".format(*sys.version_info):
        return []
    found = []
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            folder = str(Path(spec.origin).parents[1])
            found += [folder] if user is None or _can_read(user, spec.origin) else []
    return list(dict.fromkeys(found))


def _can_read(user: int, path: str) -> bool:
    return _runs(user, ["/bin/sh", "-c", 'test -r "$1"', "sh", path])


def _runs(user: int, command: list[str]) -> bool:
    with contextlib.suppress(OSError):
        done = subprocess.run(
            command, user=user, group=user, extra_groups=[], cwd="/", capture_output=True
        )
        return done.returncode == 0
    return False


def _python_for(user: int) -> str:
    """An interpreter that another user can run. Raises LookupError."""
    own = os.path.realpath(sys.executable)
    version = "{}.{}".format(*sys.version_info)
    places = ("/usr/bin", "/usr/local/bin")
    names = (f"python{version}", "python3")
    for python in (own, *(f"{place}/{name}" for place in places for name in names)):
        enough = "import sys, ctypes, sqlite3; assert sys.version_info >= (3, 10)"
        if _runs(user, [python, "-I", "-S", "-c", enough]):
            return os.path.realpath(python)
    raise LookupError("no interpreter that another user can run")


@contextlib.contextmanager
def machine() -> Iterator[Machine]:
    """Hosts with a copy of our code, in a folder that everybody can read."""
    with tempfile.TemporaryDirectory(prefix="studio-attacks-code-") as folder:
        root = Path(os.path.realpath(folder))
        root.chmod(0o755)
        leave = shutil.ignore_patterns("__pycache__")
        runtime = Path(reference_runtime.__file__).parent
        shutil.copytree(runtime, root / "code" / "reference_runtime", ignore=leave)
        shutil.copytree(Path(__file__).parent, root / "code" / "attacks", ignore=leave)
        _readable(root / "code")
        _compile(root / "native")
        here = Machine(root)
        try:
            yield here
        finally:
            here.close()


def _readable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _compile(folder: Path) -> None:
    """Build the C extension, where there is a compiler."""
    folder.mkdir(mode=0o755)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is not None:
        source, made = Path(__file__).with_name("thief.c"), folder / "studio_thief.so"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-o", made, source], check=False, capture_output=True
        )
        folder.chmod(0o755)
        if made.exists():
            made.chmod(0o755)


def warm(here: Machine, keys: Sequence[tuple[str, str]]) -> None:
    """Get results of several variants; those of different users at the same time.

    What is done without a sandbox takes both users, so that it may wait for the other."""

    def of_user(user: str) -> None:
        with contextlib.suppress(LookupError):
            for _, variant in (key for key in keys if key[0] == user):
                here.results(user, variant)

    with ThreadPoolExecutor() as pool:
        list(pool.map(of_user, dict.fromkeys(user for user, _ in keys)))
