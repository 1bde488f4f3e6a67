from __future__ import annotations

import pytest
from packaging.version import Version

from studio_conformance.release.versions import (
    covers,
    declared_bump,
    highest_below,
    needed_bump,
    next_version,
    tags_of,
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
        ("1.3.0rc1", "1.3.0", "minor"),
        ("2.0.0rc1", "2.0.0rc2", "major"),
        ("2.0.0rc1", "2.0.1", "patch"),
        ("2.0rc1", "2.0.0", "major"),
        ("2.0.0", "2.0.0.post1", "patch"),
        ("1.0.0", "1!1.0.1", "major"),
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
        ("1!0.4.0", ["minor"], "minor"),
    ],
)
def test_needed_below_one_a_breaking_change_needs_a_minor_bump(
    old: str | None, bumps: list[str], needed: str
) -> None:
    assert needed_bump(bumps, old) == needed


@pytest.mark.parametrize(
    ("old", "bump", "new"),
    [
        ("1.3.0rc1", "minor", "1.3.0"),
        ("1.3.0rc1", "major", "2.0.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("0.4", "patch", "0.4.1"),
    ],
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
        ("v1.2.0-beta.1", "1.2b1"),
        ("1.2.0-alpha", "1.2a0"),
        ("mypack-v1.2.0-rc-1", "1.2rc1"),
        ("nightly", None),
        ("V", None),
    ],
)
def test_tags(tag: str, version: str | None) -> None:
    assert version_in_tag(tag) == (Version(version) if version else None)


def test_a_version_of_endless_digits_is_none() -> None:
    assert declared_bump("1.0", "9" * 5000) == "none"
    assert version_in_tag("v" + "9" * 5000) is None


@pytest.mark.parametrize(
    ("tags", "own"),
    [
        (["v1.0", "other-2.0"], {"v1.0"}),
        (["my_pack-1.0", "other-2.0", "other/v3.0"], {"my_pack-1.0"}),
        (["release/v2.0", "other-3.0"], {"release/v2.0"}),
        (["texts-2.0", "mine-3.0"], {"texts-2.0", "mine-3.0"}),
        (["nightly"], set()),
    ],
)
def test_tags_of_other_packs_of_a_repository(tags: list[str], own: set[str]) -> None:
    assert set(tags_of(tags, ("my-pack", "mypack")).values()) == own


def test_the_highest_below_passes_over_what_is_in_the_making() -> None:
    versions = [Version(text) for text in ("1.0", "1.1rc1", "1.2", "0.9")]
    assert highest_below(versions, Version("1.2")) == Version("1.0")
    assert highest_below(versions, None) == Version("1.2")
    assert highest_below([Version("1.0rc1")], Version("1.0")) == Version("1.0rc1")
    assert highest_below(versions, Version("0.9")) is None
