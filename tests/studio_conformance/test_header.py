"""What stands in pytest's header before a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from descriptions import make_folder

from reference_runtime.levels import level_named
from studio_conformance.header import header_lines
from studio_conformance.release.baseline import Earlier
from studio_conformance.session import Session, open_session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    for name in ("one", "two"):
        make_folder(tmp_path, name)
    return open_session(["one", "two"], {"api": "studio-0.3.71"}, tmp_path)


def told(session: Session) -> list[str]:
    return [*header_lines(session, None)]


def settle(session: Session, at: int = 0, **fields: Any) -> None:
    run = session.packs[at]
    run.settings = replace(run.settings, **fields)


def test_packs_that_are_judged_alike_share_a_line(session: Session) -> None:
    reason = session.packs[0].level_reason
    assert told(session)[0] == (
        f"studio conformance: one, two at level studio-0.3.71 ({reason}), faithful"
    )
    session.packs[1].level_reason = "asked by nobody"
    assert "(each for a reason of its own)" in told(session)[0]


def test_packs_of_another_mode_or_level_have_a_line_of_their_own(session: Session) -> None:
    settle(session, mode="strict")
    assert [line.rpartition(", ")[2] for line in told(session)[:2]] == ["strict", "faithful"]
    settle(session, mode="faithful")
    session.packs[1].level = level_named("comfy-latest")
    assert [line.partition(" (")[0] for line in told(session)[:2]] == [
        "studio conformance: one at level studio-0.3.71",
        "studio conformance: two at level comfy-latest",
    ]


def test_the_baseline_is_named_and_what_to_know_of_it(session: Session) -> None:
    session.packs[0].earlier = Earlier("git:v1", "texts", "1.0", note="v1.1 is there already")
    session.packs[1].earlier = Earlier("git:", missing="no tag")
    lines = [line for line in told(session) if line.startswith("baseline")]
    assert lines == [
        "baseline of one: texts 1.0 (git:v1)",
        "baseline of one: v1.1 is there already",
        "baseline of two: no earlier release: no tag",
    ]


def test_how_nodes_are_run_is_told_once_for_all_that_are_run_alike(session: Session) -> None:
    def lines() -> list[str]:
        return [line for line in told(session) if line.startswith("running nodes")]

    assert len(lines()) == 1
    settle(session, fakes=True, budget=5.0, max_examples=7)
    fakes, plain = lines()
    assert fakes.startswith("running nodes: at most 5 s")
    assert fakes.endswith("up to 7 for each node, with fakes (small stand-ins) for models")
    assert "fakes" not in plain


def test_what_confines_less_than_usual_is_told(session: Session) -> None:
    assert not [line for line in told(session) if "SANDBOX" in line or "may read" in line]
    settle(session, sandbox="observe", allow_read=("/data",))
    settle(session, 1, allow_read=("/data", "/more"))
    assert told(session)[-2:] == [
        "SANDBOX: observed, where it can't be enforced (--studio-sandbox=observe)",
        "the pack may read: /data, /more (--studio-allow-read)",
    ]
    settle(session, isolation="none")
    assert told(session)[-1].startswith("NOT ISOLATED")
