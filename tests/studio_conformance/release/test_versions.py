from __future__ import annotations

import pytest
from packaging.version import Version

from studio_conformance.release.versions import (
    covers,
    declared_bump,
    highest_below,
    needed_bump,
    next_version,
    version_in_tag,
)


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ("1.2.3", "1.2.4", "patch"),
        ("1.2.3", "1.3.0", "minor"),
        ("1.2.3", "2.0.0", "major"),
        ("0.4.1", "0.5", "minor"),
        ("0.9", "1.0", "major"),
        ("1", "1.0.1", "patch"),
        ("1.2.3rc1", "1.2.3", "patch"),
        ("1.2.3", "1.2.3", "none"),
        ("2.0", "1.0", "none"),
        (None, "1.0", "none"),
        ("1.0", "tomorrow", "none"),
    ],
)
def test_declared(old: str | None, new: str | None, bump: str) -> None:
    assert declared_bump(old, new) == bump


@pytest.mark.parametrize(
    ("old", "bumps", "needed"),
    [
        ("1.0.0", ["minor", "major"], "major"),
        ("1.0.0", ["minor"], "minor"),
        ("0.4.0", ["major"], "minor"),
        ("0.4.0", ["minor"], "patch"),
        ("1.0.0", [], "none"),
        (None, ["major"], "major"),
    ],
)
def test_needed_below_one_a_breaking_change_needs_a_minor_bump(
    old: str | None, bumps: list[str], needed: str
) -> None:
    assert needed_bump(bumps, old) == needed


@pytest.mark.parametrize(
    ("old", "bump", "new"),
    [("1.2.3", "major", "2.0.0"), ("1.2.3", "minor", "1.3.0"), ("0.4", "patch", "0.4.1")],
)
def test_next(old: str, bump: str, new: str) -> None:
    assert next_version(old, bump) == new
    assert covers(declared_bump(old, new), bump)


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v1.2.0", "1.2.0"),
        ("1.2", "1.2"),
        ("mypack-1.2.0", "1.2.0"),
        ("release/v2.0rc1", "2.0rc1"),
        ("nightly", None),
        ("V", None),
    ],
)
def test_tags(tag: str, version: str | None) -> None:
    assert version_in_tag(tag) == (Version(version) if version else None)


def test_the_highest_below_passes_over_what_is_in_the_making() -> None:
    versions = [Version(text) for text in ("1.0", "1.1rc1", "1.2", "0.9")]
    assert highest_below(versions, Version("1.2")) == Version("1.0")
    assert highest_below(versions, None) == Version("1.2")
    assert highest_below([Version("1.0rc1")], Version("1.0")) == Version("1.0rc1")
    assert highest_below(versions, Version("0.9")) is None
