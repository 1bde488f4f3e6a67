"""The cache of built environments: where they are, who uses them, how old and big they are.

Layout below the root: ``environments/KEY`` (complete ones only, with a marker of the fact),
``building/KEY-...`` (being built, or left by a builder that was killed), ``locks/KEY``. Whoever
builds or removes an environment holds its lock alone; whoever uses it shares the lock.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.environments.locks import Busy, alone

ROOT = "STUDIO_CONFORMANCE_CACHE"
MARKER = "studio-environment.json"
MOST_DAYS = 30.0
MOST_BYTES = 20 * 1024**3


def default_root() -> Path:
    """``STUDIO_CONFORMANCE_CACHE``, else a folder of ours where the system keeps caches."""
    named = os.environ.get(ROOT)
    if named:
        return Path(named).expanduser().absolute()
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "studio-conformance"


@dataclass(frozen=True)
class Entry:
    """A complete environment in the cache."""

    key: str
    path: Path
    facts: dict[str, Any]
    """What stands in its marker: the plan, what was installed, its size in ``bytes``."""
    used: float
    """When it was used last, in seconds since 1970."""

    @property
    def bytes(self) -> int:
        return int(self.facts.get("bytes", 0))


class Store:
    """The environments below ``root``."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or default_root()
        self.environments = self.root / "environments"
        self.building = self.root / "building"

    def lock_file(self, key: str) -> Path:
        return self.root / "locks" / key

    def get(self, key: str) -> Entry | None:
        """The complete environment of this key."""
        path = self.environments / key
        try:
            facts = json.loads((path / MARKER).read_text(encoding="utf-8"))
            used = (path / MARKER).stat().st_mtime
        except (OSError, ValueError):
            return None
        return Entry(key, path, facts, used) if isinstance(facts, dict) else None

    def touch(self, key: str) -> None:
        """Note that the environment is used now."""
        os.utime(self.environments / key / MARKER)

    def entries(self) -> list[Entry]:
        """All complete environments, the longest unused first."""
        found = (self.get(name) for name in _names(self.environments))
        return sorted((entry for entry in found if entry), key=lambda entry: entry.used)

    def begin(self, key: str) -> Path:
        """A new folder to build in; what killed builders left of this key goes. Hold its lock."""
        self.sweep(key)
        self.building.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{key}-", dir=self.building))

    def sweep(self, key: str) -> None:
        """Remove what is left of unfinished builds of this key. Hold its lock."""
        for name in _names(self.building):
            if name.startswith(f"{key}-"):
                _remove(self.building / name)

    def finish(self, key: str, built: Path, facts: dict[str, Any]) -> Entry:
        """Move a built environment to its place. Hold its lock."""
        facts = {**facts, "bytes": size_of(built), "built": time.time()}
        marker = built / MARKER
        marker.write_text(json.dumps(facts, indent=1, sort_keys=True), encoding="utf-8")
        self.environments.mkdir(parents=True, exist_ok=True)
        place = self.environments / key
        _remove(place)  # whatever stands there has no marker that can be read
        built.rename(place)
        entry = self.get(key)
        assert entry is not None
        return entry

    def remove(self, key: str) -> bool:
        """Remove an environment and what is left of its builds; False while someone uses it."""
        try:
            with alone(self.lock_file(key)):
                place = self.environments / key
                # Out of its place first: half of it must not be taken for the whole.
                if place.exists():
                    place.rename(self.begin(key) / "removed")
                self.sweep(key)
        except Busy:
            return False
        return True

    def prune(
        self, days: float = MOST_DAYS, most_bytes: int = MOST_BYTES, now: float | None = None
    ) -> list[Entry]:
        """Remove what was not used for ``days``, then the longest unused until the rest fits.

        What is in use stays. Returns what was removed; leftovers of builders go silently.
        """
        self._sweep_all()
        oldest = (time.time() if now is None else now) - days * 86400
        entries, removed = self.entries(), []
        total = sum(entry.bytes for entry in entries)
        for entry in entries:
            too_much = entry.used < oldest or total > most_bytes
            if too_much and self.remove(entry.key):
                removed.append(entry)
                total -= entry.bytes
        return removed

    def _sweep_all(self) -> None:
        for key in {name.partition("-")[0] for name in _names(self.building)}:
            try:
                with alone(self.lock_file(key)):
                    self.sweep(key)
            except Busy:
                continue  # it is being built


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes on the disk, links not followed."""
    return sum(status.st_size for status in _files(folder))


def _files(folder: Path) -> Iterator[os.stat_result]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield entry.stat(follow_symlinks=False)
