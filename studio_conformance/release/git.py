"""Read a git repository as data: no hook, no filter, no attribute of it runs, nothing is written.

The repository belongs to the pack, so its settings are not trusted: objects are asked for by id,
which none of them has a say in.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from studio_conformance.release.baseline import BadBaseline

SECONDS = 120.0
LARGEST_FILE = 64 * 2**20
MOST_FILES = 50_000
HARMLESS = (
    "protocol.allow=never", "core.fsmonitor=false", "core.hooksPath=/dev/null",
    "core.sshCommand=false", "core.pager=cat",
)  # fmt: skip
"""Settings that keep git from starting anything, or from reaching for the network."""


@dataclass(frozen=True)
class Entry:
    """A file in a commit."""

    path: PurePosixPath
    mode: str
    object: str
    size: int


@dataclass(frozen=True)
class Repository:
    """A repository by any folder in it (or its bare folder)."""

    folder: Path

    def run(self, *arguments: str) -> str:
        """What git prints. Raises BadBaseline when it refuses."""
        try:
            done = subprocess.run(
                self._command(*arguments), capture_output=True, timeout=SECONDS,
                env=_environment(), stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError:
            raise BadBaseline("git: baselines need git, which is not installed") from None
        except subprocess.TimeoutExpired:
            raise BadBaseline(f"git came to no end within {SECONDS:g} s") from None
        if done.returncode:
            raise BadBaseline(f"{self.folder}: git: {_said(done.stderr)}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def _command(self, *arguments: str) -> list[str]:
        settings = [part for each in HARMLESS for part in ("-c", each)]
        return ["git", "-C", str(self.folder), *settings, *arguments]

    def prefix(self, path: Path) -> PurePosixPath:
        """Where ``path`` stands in the repository. Raises BadBaseline outside of one."""
        top = Path(self.run("rev-parse", "--show-toplevel").rstrip("\n")).resolve()
        return PurePosixPath(path.resolve().relative_to(top).as_posix())

    def commit(self, ref: str) -> str:
        """The id of the commit that ``ref`` names."""
        if not ref or ref.startswith("-"):
            raise BadBaseline(f"git:{ref}: no name of a commit")
        try:
            return self.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").strip()
        except BadBaseline:
            raise BadBaseline(
                f"git:{ref}: {self.folder} has no such commit, tag or branch (in a shallow clone: "
                "git fetch --unshallow --tags)"
            ) from None

    def is_shallow(self) -> bool:
        return self.run("rev-parse", "--is-shallow-repository").strip() == "true"

    def tags(self) -> list[str]:
        return self.run("for-each-ref", "--format=%(refname:strip=2)", "refs/tags").splitlines()

    def entries(self, commit: str, prefix: PurePosixPath) -> Iterator[Entry]:
        """The files of the commit at or below ``prefix``, but for data that a clone left out."""
        below = () if str(prefix) == "." else ("--", f":(literal){prefix}")
        listing = self.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit, *below)
        for line in filter(None, listing.split("\0")):
            facts, _, path = line.partition("\t")
            mode, kind, identity, size = facts.split()
            if kind == "blob" and size.isdecimal():
                yield Entry(PurePosixPath(path), mode, identity, int(size))
            elif kind == "blob" and path.endswith(".py"):
                raise BadBaseline(f"git: {path} is missing at {commit[:10]} (a partial clone?)")

    def export(self, commit: str, prefix: PurePosixPath, into: Path) -> int:
        """Write the files at or below ``prefix`` to ``into``, their paths counted from there.

        Links, submodules and files above 64 MiB are left out. Gives the number of files.
        """
        entries = [e for e in self.entries(commit, prefix) if e.mode != "120000"]
        entries = [e for e in entries if e.size <= LARGEST_FILE]
        if len(entries) > MOST_FILES:
            raise BadBaseline(f"git: {len(entries)} files at {commit[:10]}; at most {MOST_FILES}")
        with subprocess.Popen(
            self._command("cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=_environment(),
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            for entry in entries:
                process.stdin.write(f"{entry.object}\n".encode())
                process.stdin.flush()
                _write(into, entry.path.relative_to(prefix), _content(process.stdout))
        return len(entries)


def _said(complaint: bytes) -> str:
    """What is wrong, and the command that git advises, in one line."""
    lines = [line.strip() for line in complaint.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line] or ["it said nothing"]
    wrong = next((line for line in lines if line.startswith("fatal:")), lines[-1])
    advice = lines[-1] if lines[-1].startswith("git ") else ""
    return f"{wrong} ({advice})" if advice else wrong


def _content(stream: IO[bytes]) -> bytes:
    header = stream.readline().split()
    if len(header) != 3:
        raise BadBaseline("git: an object is missing (a partial clone?)")
    data = stream.read(int(header[2]))
    stream.read(1)
    return data


def _write(root: Path, path: PurePosixPath, data: bytes) -> None:
    # A file asked for by its own name has no path below itself.
    file = root / path if path.parts else root
    if ".." in path.parts or path.is_absolute():
        raise BadBaseline(f"git: the commit holds a file named {str(path)!r}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def _environment() -> dict[str, str]:
    """Without variables that point git elsewhere; it may neither ask nor fetch."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }  # fmt: skip
