"""Versions: which is higher, which bump lies between two, and which bump a change needs.

The rule is semantic versioning. Below 1.0.0, where it promises nothing, the usual reading holds:
with 0.y.z a breaking change needs a new y, anything else a new z.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from packaging.version import Version

TAG = re.compile(
    r"^(|.*?[-_/])v?"
    r"(\d+(?:\.\d+)*(?:[-._]?(?:alpha|beta|preview|pre|a|b|c|rc|dev|post)[-._]?\d*)*)$"
)
"""What stands before the version of a tag, and the version."""
ORDER = ("none", "patch", "minor", "major")


def parsed(text: str | None) -> Version | None:
    """The version, or None for what is none."""
    try:
        return None if text is None else Version(text)
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads.
        return None


def version_in_tag(tag: str) -> Version | None:
    """The version a tag names: ``v1.2.0``, ``1.2.0``, ``mypack-1.2.0``; None for other tags."""
    return parsed(found[2]) if (found := TAG.search(tag)) else None


def tags_of(tags: Iterable[str], names: Collection[str]) -> dict[Version, str]:
    """The tags that name versions of the pack called one of ``names``.

    One repository may hold several packs: where some tags give a version alone, or one of the
    names with it, those that give another name are another pack's.
    """
    plain = {_letters(name) for name in names} | {"", "release", "releases", "version"}
    named = [(found, tag) for tag in tags if (found := TAG.search(tag))]
    own = [(found, tag) for found, tag in named if _letters(found[1]) in plain]
    versions = ((parsed(found[2]), tag) for found, tag in own or named)
    return {version: tag for version, tag in versions if version is not None}


def _letters(name: str) -> str:
    return re.sub(r"[-_./]+", "-", name).strip("-").lower()


def highest_below(versions: Iterable[Version], limit: Version | None) -> Version | None:
    """The highest version below ``limit`` (None: of all); one still in the making counts last."""
    below = [version for version in versions if limit is None or version < limit]
    final = [version for version in below if not version.is_prerelease]
    return max(final or below, default=None)


def declared_bump(old: str | None, new: str | None) -> str:
    """The first part of the version that went up; "none" where one is unknown or none did.

    What is in the making promises no more than what it is to become: from 2.0.0rc1 to 2.0.0
    anything may change, from 1.3.0rc1 to 1.3.0 what a minor bump announces.
    """
    before, after = parsed(old), parsed(new)
    if before is None or after is None or after <= before:
        return "none"
    (major, minor, _), (new_major, new_minor, _) = _padded(before), _padded(after)
    if (before.epoch, major) != (after.epoch, new_major):
        return "major"
    if minor != new_minor:
        return "minor"
    return _in_the_making(before) if _padded(before) == _padded(after) else "patch"


def _in_the_making(version: Version) -> str:
    """The bump with which a version that is no final one will be released."""
    _, minor, patch = _padded(version)
    if not version.is_prerelease or patch:
        return "patch"
    return "minor" if minor else "major"


def _padded(version: Version) -> tuple[int, ...]:
    return (*version.release, 0, 0)[:3]


def needed_bump(bumps: Iterable[str], old: str | None) -> str:
    """The bump that changes of these kinds need, coming from version ``old``."""
    worst = max(bumps, key=ORDER.index, default="none")
    before = parsed(old)
    if before is not None and before.major == 0 and before.epoch == 0:
        return {"major": "minor", "minor": "patch"}.get(worst, worst)
    return worst


def covers(declared: str, needed: str) -> bool:
    return ORDER.index(declared) >= ORDER.index(needed)


def next_version(old: str, bump: str) -> str:
    """The lowest version that is ``bump`` above ``old``."""
    before = parsed(old)
    assert before is not None
    major, minor, patch = _padded(before)
    if before.is_prerelease and covers(_in_the_making(before), bump):
        return before.base_version
    if bump == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump == "minor" else f"{major}.{minor}.{patch + 1}"
