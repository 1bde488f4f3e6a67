"""Every check is proved on two packs: one that breaks its promise, and the same one mended.

The bad twin must draw the check's own code and no other, of any family; the good twin nothing. The
findings over all shipped packs are compared with a file: a change of a check shows what else
it changes. ``UPDATE_SNAPSHOTS=1`` writes that file anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from shipped import (
    EARLIER,
    TWINS,
    Judge,
    findings,
    pack_name,
    shipped_packs,
    twin,
)

from studio_conformance.checks import Check, all_checks
from studio_conformance.planning import RUNNING
from studio_conformance.results import Result

# The packs are judged by several processes of its own, so that nothing runs beside it.
pytestmark = pytest.mark.alone
SNAPSHOT = Path(__file__).parents[2] / "data" / "findings.json"
CHECKS = list(all_checks().values())
NEEDS_GPU = ("LOAD-041",)
"""Checks whose bad twin misbehaves only where there is a CUDA device."""
HAS_GPU = Path("/dev/nvidiactl").exists()
each_check = pytest.mark.parametrize(
    "check", CHECKS, ids=lambda check: f"{check.code}-{check.slug}"
)


@pytest.fixture(scope="session")
def judge(request: pytest.FixtureRequest) -> Iterator[Judge]:
    """Judges each pack once; what the selected tests will ask for is started at once."""
    judge = Judge()
    if not hasattr(request.config, "workerinput"):
        judge.prepare(_wanted(request.session.items))
    yield judge
    judge.close()


def _wanted(items: list[pytest.Item]) -> list[Path]:
    names = {getattr(item, "originalname", "") for item in items}
    if "test_findings_over_all_shipped_packs_are_as_recorded" in names:
        return shipped_packs()
    sides = {
        "test_bad_twin_draws_its_own_code_alone": "bad",
        "test_good_twin_draws_nothing": "good",
    }
    return [
        twin(item.callspec.params["check"].code, sides[item.originalname])
        for item in items
        if isinstance(item, pytest.Function) and item.originalname in sides
    ]


def spoken(rows: list[Result], path: Path) -> str:
    """What a failing test shows."""
    loud = [row for row in rows if row["outcome"] in ("failed", "errored")]
    lines = [f"{r['code']} {r['outcome']} {r['node'] or ''} {r['message']}" for r in loud]
    return f"{pack_name(path)}:\n" + "\n".join(lines)


@each_check
def test_bad_twin_draws_its_own_code_alone(check: Check, judge: Judge) -> None:
    if check.code in NEEDS_GPU and not HAS_GPU:
        pytest.skip("needs a CUDA device")
    path = twin(check.code, "bad")
    rows = judge.rows(path)
    codes = {row["code"] for row in rows if row["outcome"] in ("failed", "errored")}
    assert codes == {check.code}, spoken(rows, path)


@each_check
def test_good_twin_draws_nothing(check: Check, judge: Judge) -> None:
    path = twin(check.code, "good")
    rows = judge.rows(path)
    assert not findings(rows, path), spoken(rows, path)
    # A twin of another family may have an input of which no value can be made.
    ran = [r for r in rows if r["family"] not in RUNNING or check.family in RUNNING]
    assert {row["outcome"] for row in ran} <= {"passed", "not_applicable"}, spoken(rows, path)


@each_check
def test_bad_twin_is_found_in_its_own_files(check: Check, judge: Judge) -> None:
    """The finding points at a line that exists in the pack."""
    path = twin(check.code, "bad")
    for finding in findings(judge.rows(path), path):
        file = path / (finding.file or "")
        assert file.is_file(), finding
        assert 1 <= (finding.line or 0) <= len(file.read_text("utf-8").splitlines()), finding


def test_findings_over_all_shipped_packs_are_as_recorded(judge: Judge) -> None:
    found = [
        {"pack": pack_name(path), **finding._asdict()}
        for path in shipped_packs()
        for finding in findings(judge.rows(path), path)
        if finding.code not in NEEDS_GPU
    ]
    text = "[\n" + ",\n".join(json.dumps(entry) for entry in found) + "\n]\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    recorded = SNAPSHOT.read_text(encoding="utf-8")
    assert text.splitlines() == recorded.splitlines(), "UPDATE_SNAPSHOTS=1 records them anew"


@each_check
def test_check_has_both_twins(check: Check) -> None:
    earlier = [EARLIER] if check.family == "RELEASE" else []
    assert sorted(p.name for p in (TWINS / check.code).iterdir()) == ["bad", "good", *earlier]
    assert (twin(check.code, "bad") / "__init__.py").is_file()
    assert (twin(check.code, "good") / "__init__.py").is_file()


def test_every_twin_belongs_to_a_check() -> None:
    assert sorted(path.name for path in TWINS.iterdir()) == sorted(all_checks())


@each_check
def test_check_stands_in_a_file_of_its_name(check: Check) -> None:
    module = check.run.__module__.split(".")
    assert module[-2:] == [check.family.lower(), check.slug.replace("-", "_")]
    assert check.run.__name__ == module[-1]


@each_check
def test_check_is_explained_in_sentences(check: Check) -> None:
    for text in (check.title, check.why, check.fix):
        assert re.fullmatch(r"[A-Z_\"'\[].*[.!)]", text), text
        assert "  " not in text
        assert "\n" not in text
    assert len(check.title) <= 100
    assert len(check.why) >= 40


def test_slugs_and_titles_are_unique() -> None:
    slugs = [check.slug for check in CHECKS]
    titles = [check.title for check in CHECKS]
    assert len(set(slugs)) == len(slugs)
    assert len(set(titles)) == len(titles)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)
