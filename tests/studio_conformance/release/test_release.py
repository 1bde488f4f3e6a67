"""What a release demands of its version, and interfaces out of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node
from faces import a_face

from studio_conformance.release.baseline import BadBaseline
from studio_conformance.release.changes import Change
from studio_conformance.release.from_report import _chosen, read_interface
from studio_conformance.release.gate import Facts, Release, comparable, compared, in_order

REMOVED = Change("node-removed", "gone", "Old", "Old", gone=True)
CATEGORY = Change("category-changed", "moved", "Kept")
ADDED = Change("node-added", "new", "New")


def facts(version: str | None = "1.0.0", **fields: Any) -> Facts:
    known: Any = {"source": "old", "name": "mypack", "version": version, "interface": None}
    return {**known, "missing": "", "broken": "", **fields}


def release(new: str | None, *changes: Change, old: str | None = "1.0.0", **more: Any) -> Release:
    return Release(facts(old), a_face(a_node(), version=new), changes, **more)


def test_additions_are_told_apart_from_what_hurts() -> None:
    found = release("1.0.1", REMOVED, CATEGORY, ADDED)
    assert found.uncovered() == [REMOVED, CATEGORY]
    assert found.uncovered(additions=True) == [ADDED]
    assert release("1.1.0", REMOVED, CATEGORY, ADDED).uncovered() == [REMOVED]
    assert release("1.1.0", ADDED).uncovered(additions=True) == []
    assert release("2.0.0", REMOVED, CATEGORY, ADDED).uncovered() == []


def test_what_is_accepted_asks_for_no_version() -> None:
    accepted = frozenset({("category-changed", "Kept"), ("node-removed", "Another")})
    found = release("1.0.1", REMOVED, CATEGORY, accepted=accepted)
    assert found.unannounced() == [REMOVED]
    assert found.uncovered() == [REMOVED, CATEGORY]


def test_what_is_gone_is_the_packs() -> None:
    found = release("1.0.1", REMOVED, CATEGORY).by_place
    assert found == {("node-removed", None): [REMOVED], ("category-changed", "Kept"): [CATEGORY]}


@pytest.mark.parametrize(
    ("old", "changes", "version"),
    [
        ("1.0.0", [CATEGORY], "1.1.0"),
        ("1.0.0", [CATEGORY, REMOVED], "2.0.0"),
        ("0.3.1", [REMOVED], "0.4.0"),
        ("1.0.0", [], None),
        (None, [REMOVED], None),
        ("tomorrow", [REMOVED], None),
    ],
)
def test_the_lowest_version_that_is_enough(
    old: str | None, changes: list[Change], version: str | None
) -> None:
    assert release("1.0.1", *changes, old=old).needed_version == version


def test_the_gravest_comes_first() -> None:
    assert in_order([ADDED, CATEGORY, REMOVED]) == [REMOVED, ADDED, CATEGORY]


def test_only_releases_of_one_pack_are_compared() -> None:
    one, other = a_face(a_node("A"), name="One_Pack"), a_face(a_node("B"), name="other")
    comparable(one, {**one, "name": "one-pack"}, "x")
    for declared in ((True, True), (True, False), (False, True), (False, False)):
        old: Any = {**one, "declared": declared[0]}
        new: Any = {**other, "declared": declared[1]}
        with pytest.raises(BadBaseline, match="release of the same pack"):
            comparable(old, new, "x")
        alike: Any = {**new, "nodes": old["nodes"]}
        if all(declared):
            with pytest.raises(BadBaseline, match=r"not 'other': name"):
                comparable(old, alike, "x")
        else:
            comparable(old, alike, "x")


def test_the_order_of_versions_counts_where_it_is_asked_for() -> None:
    face = a_face(a_node(), version="1.0.0")
    known = facts("2.0.0", interface=face)
    with pytest.raises(BadBaseline, match=r"not below the pack's own 1\.0\.0"):
        compared(known, face)
    assert compared(known, face, ordered=False).outcome == "compared"
    assert compared(facts(missing="no tag"), face).outcome == "no-earlier-release"


def test_of_several_packs_the_one_of_that_name_is_taken(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = [{"name": "my_texts"}, {"name": "other"}]
    assert _chosen(tmp_path, found, "My-Texts") is found[0]
    assert _chosen(tmp_path, found[1:], "My-Texts") is found[1]
    for packs in (found[1:] * 2, found[:1] * 2):
        with pytest.raises(BadBaseline, match="holds several packs"):
            _chosen(tmp_path, packs, "my-texts")


def test_an_interface_of_another_version_is_refused(tmp_path: Path) -> None:
    face = a_face(a_node())
    (tmp_path / "a.json").write_text(json.dumps(face))
    assert read_interface(tmp_path / "a.json", "mypack") == face
    (tmp_path / "a.json").write_text(json.dumps({**face, "interface_version": 2}))
    with pytest.raises(BadBaseline, match="interface version 2; this program reads 1"):
        read_interface(tmp_path / "a.json", "mypack")
