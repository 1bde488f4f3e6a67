from __future__ import annotations

import datetime
from typing import Any

from studio_conformance.waivers import EXPIRED, UNUSED, Waiver, complaints, waiver_for

TODAY = datetime.date(2026, 5, 1)
HOLDS = Waiver("SCHEMA-001", "Old", "kept")


def _row(outcome: str, node: str | None = "Old", code: str = "SCHEMA-001") -> Any:
    return {"code": code, "node": node, "outcome": outcome}


def _told(waiver: Waiver, *rows: Any) -> list[str]:
    return [f"{rule.code} {text}" for rule, _, text in complaints([waiver], rows, TODAY)]


def test_a_waiver_is_for_one_code_on_one_node() -> None:
    assert waiver_for([HOLDS], "SCHEMA-001", "Old", TODAY) is HOLDS
    assert waiver_for([HOLDS], "SCHEMA-001", "New", TODAY) is None
    assert waiver_for([HOLDS], "SCHEMA-002", "Old", TODAY) is None
    assert waiver_for([HOLDS], "SCHEMA-001", None, TODAY) is None


def test_it_holds_through_its_last_day() -> None:
    last = Waiver("SCHEMA-001", "Old", "kept", expires=TODAY)
    assert waiver_for([last], "SCHEMA-001", "Old", TODAY) is last
    assert waiver_for([last], "SCHEMA-001", "Old", TODAY + datetime.timedelta(1)) is None


def test_a_used_waiver_draws_no_complaint() -> None:
    assert _told(HOLDS, _row("waived"), _row("failed", "New")) == []


def test_a_waiver_for_a_passing_check_is_unused() -> None:
    (text,) = _told(HOLDS, _row("passed"))
    assert text == f"{UNUSED.code} the waiver for SCHEMA-001 on Old waives nothing"


def test_a_waiver_for_a_node_that_does_not_exist_is_unused() -> None:
    assert "names no node" in _told(HOLDS, _row("passed", "New"))[0]


def test_a_waiver_without_a_node_for_a_rule_on_nodes_says_what_it_needs() -> None:
    waiver = Waiver("SCHEMA-001", None, "kept")
    assert _told(waiver, _row("passed"))[0].endswith("judges nodes, so it needs a node")


def test_a_waiver_for_a_node_that_is_gone_waives_nothing() -> None:
    waiver = Waiver("RELEASE-001", "Gone", "kept")
    (text,) = _told(waiver, _row("passed", None, "RELEASE-001"))
    assert text.endswith("on Gone waives nothing")


def test_a_waiver_for_a_rule_on_pack_and_nodes_may_name_a_wrong_node() -> None:
    (text,) = _told(HOLDS, _row("passed", None), _row("passed", "New"))
    assert text.endswith("on Old names no node of the pack")


def test_a_waiver_whose_check_did_not_run_is_not_judged() -> None:
    assert _told(HOLDS, _row("not_reached"), _row("passed", code="V1-001")) == []
    assert _told(HOLDS, _row("not_applicable", "New"), _row("not_generable", "Other")) == []


def test_an_expired_waiver_is_named_with_its_day() -> None:
    late = Waiver("SCHEMA-001", None, "kept", expires=datetime.date(2026, 4, 30))
    (text,) = _told(late, _row("failed", None))
    assert text.startswith(EXPIRED.code)
    assert "on the pack expired on 2026-04-30" in text
