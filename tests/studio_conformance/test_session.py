from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import (
    a_failure,
    a_node,
    a_pack,
    a_problem,
    an_input,
    an_inspection,
    make_folder,
)

from studio_conformance import outcomes
from studio_conformance.events import Event, of_kind
from studio_conformance.log import build_events
from studio_conformance.planning import unique_names
from studio_conformance.session import Session, open_session

pytestmark = pytest.mark.usefixtures("rules")
Known = dict[str, object]
SOUND = a_node("Sound", inputs=[an_input("image")])
FAULTY = a_node("Faulty", inputs=[an_input("bad")])
BARE = a_node("Bare")
WAIVER = """
[[tool.studio-conformance.waivers]]
code = "SCHEMA-001"
node = "Faulty"
reason = "kept for old workflows"
"""


def _run(root: Path, *names: str, pyproject: str | None = None, **overrides: Any) -> Session:
    for name in names:
        make_folder(root, name, pyproject)
    session = open_session(names, overrides, root)
    session.load()
    session.run_all()
    return session


def _events(session: Session, **fields: Any) -> list[Event]:
    return build_events(session, argv=["pytest"], **fields)


def _status(session: Session) -> int:
    status: int = _events(session)[-1]["exit_status"]
    return status


def _outcomes(session: Session) -> list[tuple[str, str | None, str]]:
    rows = of_kind(_events(session), "result")
    return [(row["code"], row["node"], row["outcome"]) for row in rows]


def test_every_planned_judgement_has_a_row(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(SOUND, FAULTY)
    assert _outcomes(_run(tmp_path, "mypack")) == [
        ("LOAD-001", None, "passed"),
        ("COMPAT-001", None, "not_applicable"),
        ("SCHEMA-001", "Sound", "passed"),
        ("SCHEMA-002", "Sound", "passed"),
        ("V1-001", "Sound", "passed"),
        ("SCHEMA-001", "Faulty", "failed"),
        ("SCHEMA-002", "Faulty", "passed"),
        ("V1-001", "Faulty", "passed"),
    ]


def test_a_clean_pack_is_zero(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(SOUND)
    assert _status(_run(tmp_path, "mypack")) == outcomes.CLEAN


def test_a_finding_of_level_error_is_one(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(SOUND, FAULTY)
    assert _status(_run(tmp_path, "mypack")) == outcomes.FINDINGS


def test_warnings_fail_only_on_demand(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(BARE)
    assert _status(_run(tmp_path, "mypack")) == outcomes.CLEAN
    assert _status(_run(tmp_path, "mypack", level="warning")) == outcomes.FINDINGS


@pytest.mark.parametrize("nodes", [[], [a_node(kind="v3")]])
def test_zero_is_red(tmp_path: Path, inspections: Known, nodes: list[Any]) -> None:
    """No node at all; and a node that none of the selected checks speaks about."""
    inspections["mypack"] = a_pack(*nodes)
    assert _status(_run(tmp_path, "mypack", select=("V1",))) == outcomes.NOTHING_TESTED


def test_a_run_in_which_no_item_ran_is_red(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(SOUND)
    session = _run(tmp_path, "mypack")
    session.packs[0].results.clear()
    events = _events(session)
    assert events[-1]["exit_status"] == outcomes.NOTHING_TESTED
    assert events[-1]["complete"] is False
    assert events[-1]["totals"]["not_reached"] == 5


def test_a_check_that_breaks_is_the_environments(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(a_node("BreaksTheCheck", inputs=[an_input("bad")]))
    assert _status(_run(tmp_path, "mypack")) == outcomes.ENVIRONMENT_BROKE


@pytest.mark.parametrize("select", [(), ("V1",)])
def test_no_worker_is_the_environments_whatever_is_selected(
    tmp_path: Path, inspections: Known, select: tuple[str, ...]
) -> None:
    inspections["mypack"] = RuntimeError("no worker could be started")
    session = _run(tmp_path, "mypack", select=select)
    assert _status(session) == outcomes.ENVIRONMENT_BROKE
    assert "no worker could be started" in (session.packs[0].broken or "")
    if not select:
        told = {(code, outcome) for code, _, outcome in _outcomes(session)}
        assert told == {("LOAD-001", "errored"), ("COMPAT-001", "not_reached")}


def test_what_can_not_be_found_is_refused_and_the_rest_is_judged(
    tmp_path: Path, inspections: Known
) -> None:
    inspections["mypack"] = a_pack(SOUND, FAULTY)
    make_folder(tmp_path, "unreadable", "[broken\n")
    make_folder(tmp_path, "mistyped", "[tool.studio-conformance]\nlevle = 1\n")
    make_folder(tmp_path, "mypack")
    session = open_session(["nowhere", "unreadable", "mistyped", "mypack"], {}, tmp_path)
    session.load()
    session.run_all()
    assert [r.argument for r in session.refused] == ["nowhere", "unreadable", "mistyped"]
    events = _events(session)
    assert events[-1]["exit_status"] == outcomes.USAGE
    assert events[-1]["totals"]["failed"] == 1


def test_a_waived_finding_does_not_fail(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(FAULTY)
    session = _run(tmp_path, "mypack", pyproject=WAIVER)
    (waived,) = (r for r in of_kind(_events(session), "result") if r["outcome"] == "waived")
    assert waived["waiver"] == "kept for old workflows"
    assert _status(session) == outcomes.CLEAN


def test_a_waiver_that_waives_nothing_is_a_warning(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(SOUND)
    session = _run(tmp_path, "mypack", pyproject=WAIVER)
    row = of_kind(_events(session), "result")[-1]
    assert (row["code"], row["level"], row["node"]) == ("WAIVER-001", "warning", "Faulty")
    assert row["file"] == str(tmp_path / "mypack" / "pyproject.toml")
    assert _status(session) == outcomes.CLEAN


def test_an_expired_waiver_waives_nothing(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(FAULTY)
    session = _run(tmp_path, "mypack", pyproject=WAIVER + "expires = 2020-01-01\n")
    codes = [r["code"] for r in of_kind(_events(session), "result") if r["outcome"] == "failed"]
    assert codes == ["SCHEMA-001", "WAIVER-002"]
    assert _status(session) == outcomes.FINDINGS


def test_packs_of_one_name_get_labels_of_their_own(tmp_path: Path, inspections: Known) -> None:
    session = _run(tmp_path, "a/same", "b/same")
    assert [run.label for run in session.packs] == ["same", "same_2"]


def test_two_nodes_of_one_name_are_two_items(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(a_node("A b"), a_node("A/b"), a_node("A b"))
    run = _run(tmp_path, "mypack").packs[0]
    names = [unit.name for unit in run.units if unit.family == "SCHEMA"]
    assert names == ["A_b", "A_b_2", "A_b_3"]


def test_unique_names_never_meet_a_given_one() -> None:
    assert unique_names(["x", "x", "x_2", "x"]) == ["x", "x_2", "x_2_2", "x_3"]


def test_ids_do_not_depend_on_where_the_pack_lies(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(FAULTY)
    rows = [
        of_kind(_events(_run(tmp_path / place, "mypack")), "result") for place in ("one", "two")
    ]
    assert [r["id"] for r in rows[0]] == [r["id"] for r in rows[1]]


def test_a_description_travels_to_another_process(tmp_path: Path, inspections: Known) -> None:
    inspections["mypack"] = a_pack(SOUND, FAULTY)
    make_folder(tmp_path)
    here, there = (open_session(["mypack"], {}, tmp_path) for _ in range(2))
    here.load()
    there.packs[0].adopt(here.packs[0].export())
    here.run_all()
    there.run_all()
    assert there.packs[0].results == here.packs[0].results


def test_the_log_tells_of_output_and_deaths(tmp_path: Path, inspections: Known) -> None:
    from reference_runtime.runtime import Death

    description = a_pack(
        a_node(failure=a_failure()), problems=[a_problem("node-crashed", node="Invert")]
    )
    inspections["mypack"] = an_inspection(
        description,
        output="x" * 9000,
        output_bytes=100_000,
        deaths=[Death("killed by SIGSEGV", "describe Invert", "Fatal Python error")],
    )
    events = _events(_run(tmp_path, "mypack"))
    (output,), (death,) = of_kind(events, "output"), of_kind(events, "death")
    assert (len(output["tail"]), output["bytes"]) == (4000, 100_000)
    assert death["cause"] == "killed by SIGSEGV"


def test_a_run_broken_off_keeps_the_status_it_broke_off_with(
    tmp_path: Path, inspections: Known
) -> None:
    footer = _events(_run(tmp_path, "mypack"), broke_off=2)[-1]
    assert (footer["exit_status"], footer["complete"]) == (2, False)


def test_a_pack_asked_for_twice_is_judged_once(tmp_path: Path, inspections: Known) -> None:
    make_folder(tmp_path)
    session = open_session(["mypack", "./mypack", str(tmp_path / "mypack")], {}, tmp_path)
    assert [run.label for run in session.packs] == ["mypack"]
