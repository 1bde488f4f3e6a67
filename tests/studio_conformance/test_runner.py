from __future__ import annotations

from pathlib import Path

import pytest
from descriptions import a_failure, a_node, a_pack, a_problem, an_input

from studio_conformance.checks import Check
from studio_conformance.runner import judge
from studio_conformance.subject import Pack

Rules = dict[str, Check]


def _pack(*nodes: object, **fields: object) -> Pack:
    return Pack(Path("/packs/mypack"), a_pack(*nodes, **fields))  # type: ignore[arg-type]


def test_nothing_found_is_passed(rules: Rules) -> None:
    node = _pack(a_node(inputs=[an_input("image")])).nodes[0]
    assert [v.outcome for v in judge(rules["SCHEMA-001"], node)] == ["passed"]


def test_each_violation_is_a_verdict(rules: Rules) -> None:
    node = _pack(a_node(inputs=[an_input("bad1"), an_input("x"), an_input("bad2")])).nodes[0]
    verdicts = judge(rules["SCHEMA-001"], node)
    assert [(v.outcome, v.input) for v in verdicts] == [("failed", "bad1"), ("failed", "bad2")]
    assert verdicts[0].message == "input 'bad1' is bad"
    assert (verdicts[0].file, verdicts[0].line) == ("/packs/mypack", 1)


def test_what_does_not_apply_says_why(rules: Rules) -> None:
    pack = _pack(a_node(kind="v3"))
    assert judge(rules["COMPAT-001"], pack)[0].message == "every pack is tidy"
    assert judge(rules["V1-001"], pack.nodes[0])[0].outcome == "not_applicable"


def test_a_check_that_breaks_is_errored_not_failed(rules: Rules) -> None:
    (verdict,) = judge(rules["V1-001"], _pack(a_node("BreaksTheCheck")).nodes[0])
    assert verdict.outcome == "errored"
    assert "KeyError: 'oops'" in verdict.message
    assert "_sturdy" in (verdict.traceback or "")


def test_a_node_without_a_schema_is_judged_by_load_alone(rules: Rules) -> None:
    node = _pack(a_node(failure=a_failure())).nodes[0]
    (verdict,) = judge(rules["SCHEMA-001"], node)
    assert verdict.outcome == "not_reached"
    assert "gave no schema" in verdict.message


@pytest.mark.parametrize(
    ("code", "outcome"), [("LOAD-001", "failed"), ("COMPAT-001", "not_applicable")]
)
def test_a_pack_that_did_not_load_is_judged_for_that(rules: Rules, code: str, outcome: str) -> None:
    pack = _pack(load={"loaded": False}, problems=[a_problem("import-failed", "boom")])
    assert [v.outcome for v in judge(rules[code], pack)] == [outcome]


def test_a_pack_that_did_not_load_is_not_judged_for_anything_else(rules: Rules) -> None:
    from dataclasses import replace

    pack = _pack(load={"loaded": False})
    schema_rule = replace(rules["LOAD-001"], code="SCHEMA-009")
    assert [v.outcome for v in judge(schema_rule, pack)] == ["not_reached"]


def test_a_message_of_any_length_is_bounded(rules: Rules) -> None:
    pack = _pack(problems=[a_problem("import-failed", "x" * 10_000)])
    assert len(judge(rules["LOAD-001"], pack)[0].message) == 2000
