"""What the host's environment lends to a pack's: the torch family and what it needs.

Installing torch for each pack would cost gigabytes, and tensors are shared between processes that
have the same torch. The pack's own distributions come first, numpy too.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reference_runtime.environments.interpreters import Interpreter, this_interpreter
from reference_runtime.environments.requirements import Requirement, Requirements, normalised

FAMILY = ("torch", "torchvision", "torchaudio")
BESIDE = ("numpy",)
"""Not required by torch, but without it tensors and arrays can't be turned into each other."""
FOLDER = "lent"
PATH_FILE = "studio_lent.pth"


@dataclass(frozen=True)
class Distribution:
    """An installed distribution: what of the file system belongs to it, and what it requires."""

    name: str
    version: str
    root: str
    entries: tuple[str, ...]
    """Names in the folder ``root``: its packages, modules and metadata."""
    requires: tuple[str, ...]
    """Requirements (PEP 508) that count on this platform, without extras."""


@dataclass(frozen=True)
class Loan:
    """What is lent, and if nothing, why."""

    distributions: tuple[Distribution, ...] = ()
    reason: str = ""

    @property
    def family(self) -> dict[str, str]:
        """Name and version of those that are never installed for a pack."""
        return {d.name: d.version for d in self.distributions if d.name in FAMILY}

    def constraints(self) -> list[str]:
        """What the family needs of distributions that a pack may bring itself."""
        lent = {d.name for d in self.distributions}
        wanted = (text for d in self.distributions for text in d.requires)
        return sorted({text for text in wanted if _name(text) in lent - set(FAMILY)})

    def facts(self) -> list[list[str]]:
        return sorted([d.name, d.version, d.root] for d in self.distributions)


def lend(requirements: Requirements, python: Interpreter, paths: list[str] | None = None) -> Loan:
    """What this environment (``paths``; by default this process's) lends to the pack's."""
    if not requirements.share_torch:
        return Loan(reason="the pack says share_torch: false")
    ours = this_interpreter()
    if (ours.implementation, ours.abi) != (python.implementation, python.abi):
        return Loan(reason=f"it runs on Python {python.version}, the host on {ours.version}")
    found = tuple(_closure([*FAMILY, *BESIDE], sys.path if paths is None else paths))
    if not any(distribution.name == "torch" for distribution in found):
        return Loan(reason="the host has no torch")
    return Loan(found)


def installed(paths: Iterable[str]) -> dict[str, Distribution]:
    """The distributions in these folders by normalised name; the first of a name counts."""
    found: dict[str, Distribution] = {}
    for distribution in importlib.metadata.distributions(path=[p for p in paths if p]):
        name = normalised(distribution.metadata["Name"] or "")
        if name and name not in found:
            found[name] = _described(name, distribution)
    return found


def _named(name: str, paths: list[str]) -> Distribution | None:
    """The distribution of this name; quicker than to look at all of them."""
    found = importlib.metadata.distributions(name=name, path=[p for p in paths if p])
    return next((_described(name, distribution) for distribution in found), None)


def _described(name: str, distribution: importlib.metadata.Distribution) -> Distribution:
    record = (distribution.read_text("RECORD") or "").splitlines()
    files = [line.partition(",")[0].strip('"') for line in record]
    tops = {file.partition("/")[0] for file in files or map(str, distribution.files or ())}
    root = Path(str(distribution.locate_file("")))
    kept = sorted(t for t in tops if t not in ("", "..", "__pycache__") and not t.endswith(".pth"))
    requires = tuple(_counting(distribution.requires or []))
    return Distribution(name, distribution.version, str(root), tuple(kept), requires)


def _counting(requires: list[str]) -> Iterator[str]:
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Pep508

    for text in requires:
        try:
            found = Pep508(text)
        except InvalidRequirement:
            continue
        if found.marker is None or found.marker.evaluate({"extra": ""}):
            yield f"{found.name}{found.specifier}"


def _closure(names: Iterable[str], paths: list[str]) -> Iterator[Distribution]:
    waiting, seen = list(names), set(names)
    while waiting:
        distribution = _named(waiting.pop(0), paths)
        if distribution is None:
            continue
        yield distribution
        further = {_name(text) for text in distribution.requires} - seen
        seen |= further
        waiting += sorted(further)


def _name(text: str) -> str:
    from packaging.requirements import Requirement as Pep508

    return normalised(Pep508(text).name)


def put(loan: Loan, environment: Path, site: Path) -> None:
    """Let the environment at ``environment`` find what is lent, after all of its own.

    ``site``: its site-packages. What is lent stands as links in a folder of its own, which a path
    file appends to ``sys.path``. Raises OSError where links can't be made.
    """
    if not loan.distributions:
        return
    folder = environment / FOLDER
    folder.mkdir()
    for distribution in loan.distributions:
        for entry in distribution.entries:
            target = Path(distribution.root) / entry
            if target.exists() and not (folder / entry).is_symlink():
                (folder / entry).symlink_to(target)
    # Relative: the environment is still to be moved to its place.
    (site / PATH_FILE).write_text(os.path.relpath(folder, site) + "\n", encoding="utf-8")


def unmet(
    wanted: Iterable[tuple[str, Iterable[str]]], versions: dict[str, str]
) -> Iterator[tuple[str, str, str]]:
    """(who, requirement, version): what needs another version than the one that is lent.

    ``wanted``: who needs which requirements; ``versions``: what is lent, by name.
    """
    from packaging.requirements import Requirement as Pep508

    for who, requires in wanted:
        for text in requires:
            found = Pep508(text)
            version = versions.get(normalised(found.name))
            if version and not found.specifier.contains(version, prereleases=True):
                yield who, text, version


def asked_of_the_family(wanted: Iterable[Requirement]) -> list[Requirement]:
    """The requirements that are about the torch family and count on this platform."""
    from packaging.requirements import Requirement as Pep508

    about = [r for r in wanted if r.name in FAMILY and not r.link]
    markers = [(r, Pep508(r.text).marker) for r in about]
    return [r for r, marker in markers if marker is None or marker.evaluate()]
