"""What checks of the RELEASE family share: the changes that the version does not announce."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio_conformance.checks import EnvironmentLacks, Location, NotApplicable, Violation
from studio_conformance.release.versions import needed_bump, next_version, parsed
from studio_conformance.subject import Node, Pack

if TYPE_CHECKING:
    from studio_conformance.release.changes import Change
    from studio_conformance.release.gate import Release


def release_of(pack: Pack) -> Release:
    """The comparison with the baseline. Raises NotApplicable and EnvironmentLacks without one."""
    release = pack.release
    if release is None:
        raise NotApplicable("nothing to compare: no baseline was given, or the pack has no node")
    if release.facts["missing"]:
        raise NotApplicable(f"no earlier release: {release.facts['missing']}")
    if release.facts["broken"]:
        raise EnvironmentLacks(
            f"the baseline {release.facts['source']} can't be compared: {release.facts['broken']}"
        )
    return release


def found(subject: Node | Pack, kind: str) -> Iterator[Violation]:
    """The changes of this kind. What the version announces is no finding."""
    pack, node = (subject, None) if isinstance(subject, Pack) else (subject.pack, subject)
    release = release_of(pack)
    if node is not None and node.key not in release.old_nodes:
        raise NotApplicable(f"the node is new since {release.facts['source']}")
    for change in release.by_place.get((kind, node.key if node else None), ()):
        where = Location(change.file or str(pack.entry_file), change.line or 1)
        yield Violation(change.what, where, change.name, node=change.node if change.gone else None)


def versions_of(pack: Pack) -> Release:
    """The comparison, where both versions are known."""
    release = release_of(pack)
    for version, whose in zip(release.declared, ("the earlier release", "the pack"), strict=True):
        if parsed(version) is None:
            said = "no version" if version is None else f"the version {version!r}, which is none"
            raise NotApplicable(f"{whose} declares {said}")
    return release


def changes_told(pack: Pack, release: Release, changes: list[Change]) -> Violation:
    """One violation for all ``changes``: how many of each kind, and the version they need."""
    old, new = release.declared
    needed = needed_bump((change.bump for change in changes), old)
    kinds = Counter(change.kind for change in changes)
    listed = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    message = (
        f"{old} to {new} is a {release.bump} bump; a {needed} one is needed ({listed}): "
        f"{next_version(old or '0', needed)} or higher"
    )
    return Violation(message, _version_line(pack), "version")


def _version_line(pack: Pack) -> Location:
    """Where the pyproject.toml gives the version."""
    file = pack.path / "pyproject.toml"
    lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*version\s*=", line):
            return Location(str(file), number)
    return Location(str(file), 1) if lines else pack.at()
