from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, make_folder
from rules import RULES

from studio_conformance.kept import Replay
from studio_conformance.planning import Unit, replayed, unique_names, units_of
from studio_conformance.session import open_session

CASE: Any = {"id": "defaults"}


def test_a_units_id_has_no_empty_part() -> None:
    assert Unit("", "LOAD", None, ()).item_id("mypack") == "mypack::LOAD"
    assert Unit("Blur", "EXEC", None, ()).item_id("mypack") == "mypack::Blur::EXEC"


def test_without_a_subject_the_packs_own_checks_are_planned() -> None:
    units = units_of(None, [*RULES.values()])
    assert [(u.family, [c.code for c in u.checks]) for u in units] == [
        ("LOAD", ["LOAD-001"]),
        ("COMPAT", ["COMPAT-001"]),
    ]


@pytest.mark.usefixtures("rules")
def test_a_node_of_several_families_is_run_once(
    tmp_path: Path, inspections: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    inspections["mypack"] = a_pack(*(a_node(f"Node{n}") for n in range(24)))
    make_folder(tmp_path)
    session = open_session(["mypack"], {}, tmp_path)
    session.load()
    (run,) = session.packs
    assert run.subject is not None
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    families = ("SCHEMA", "EXEC", "RPC")
    run.expect(Unit(n.key, family, n, ()) for n in run.subject.nodes for family in families)
    assert run.expected == run.subject.nodes
    assert run.workers == 3  # One for 8 nodes.
    run.settings = replace(run.settings, isolation="none")
    run.expect(Unit(n.key, "EXEC", n, ()) for n in run.subject.nodes)
    assert run.workers == 1


def test_a_replay_is_of_one_check_on_one_node() -> None:
    class Named:
        def __init__(self, key: str) -> None:
            self.key = key

    checks = (RULES["SCHEMA-001"], RULES["SCHEMA-002"])
    units = [Unit(n, "SCHEMA", Named(n), checks) for n in ("A", "B")]  # type: ignore[arg-type]
    units.append(Unit("", "SCHEMA", None, checks))
    (unit,) = replayed(units, (Replay("1", "SCHEMA-002", "B", CASE),))
    assert (unit.name, [check.code for check in unit.checks]) == ("B", ["SCHEMA-002"])
    assert [*replayed(units, (Replay("1", "V1-001", "B", CASE),))] == []


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a", "a_2", "a"], ["a", "a_2", "a_3"]),
        (["a", "a", "a_2"], ["a", "a_2", "a_2_2"]),
    ],
)
def test_names_are_told_apart(names: list[str], unique: list[str]) -> None:
    assert unique_names(names) == unique
