"""A pack of a run and the release before it: found, handed on, and closed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, make_folder
from faces import a_face

from studio_conformance.kept import Replay
from studio_conformance.pack_run import PackRun
from studio_conformance.release.baseline import BadBaseline, Earlier
from studio_conformance.release.comparing import release_by
from studio_conformance.release.gate import facts_of
from studio_conformance.session import open_session
from studio_conformance.waivers import Waiver

CASE: Any = {"id": "defaults"}


def a_run(root: Path) -> PackRun:
    make_folder(root)
    return open_session(["mypack"], {}, root).packs[0]


def test_another_process_comes_to_the_same_release(
    tmp_path: Path, inspections: dict[str, object]
) -> None:
    inspections["mypack"] = a_pack(a_node("Kept"))
    first, second = a_run(tmp_path), a_run(tmp_path)
    first.load()
    assert first.subject is not None
    old = a_face(a_node("Kept"), a_node("Gone", class_name="Gone"), version="1.0.0")
    facts = facts_of(Earlier("old", "mypack", "1.0.0"), old)
    first.subject.release = release_by(facts, first.subject, first.target)
    second.settings = replace(second.settings, waivers=(Waiver("RELEASE-001", "Gone", "old"),))
    second.adopt(first.export())
    assert second.subject is not None
    found = second.subject.release
    assert found is not None
    assert found.changes == first.subject.release.changes
    assert found.accepted == {("node-removed", "Gone")}
    assert found.unannounced() == []


def test_a_baseline_is_found_but_for_a_replay(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    run.find_baseline(tmp_path)
    assert run.earlier is None
    run.settings = replace(run.settings, baseline="nowhere")
    with pytest.raises(BadBaseline, match="no such file"):
        run.find_baseline(tmp_path)
    run.only = (Replay("1", "EXEC-010", "Kept", CASE),)
    run.find_baseline(tmp_path)
    assert run.earlier is None


def test_what_was_fetched_and_built_is_closed_with_the_run(tmp_path: Path) -> None:
    class Closing:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    closed: list[str] = []
    run = a_run(tmp_path)
    opened: Any = [Closing(name) for name in ("begun", "exercises", "environment")]
    run.begun, run.exercises, run.environment = opened
    run.earlier = Earlier("old")
    run.earlier.ending.callback(closed.append, "earlier")
    run.close()
    assert sorted(closed) == ["begun", "earlier", "environment", "exercises"]
