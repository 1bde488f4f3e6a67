"""How the checks of RPC judge what was seen of a node that is isolated: what counts, what not."""

from __future__ import annotations

from typing import Any

import pytest
from executions import (
    a_difference,
    a_record,
    a_relation,
    a_slot,
    a_summary,
    a_tensor,
    an_execution,
    an_output,
    facts_of,
    judged,
    raising,
)

from studio_conformance.checks import NotApplicable, NotGenerable, NotReached
from studio_conformance.crossing import compared


def a_crossing(step: str, *found: dict[str, Any], **fields: Any) -> dict[str, Any]:
    losses = [each for each in found if "detail" in each]
    differences = [each for each in found if "detail" not in each]
    facts: dict[str, Any] = {
        "step": step, "case": "defaults", "outcome": "done", "reason": "", "losses": losses,
        "differences": differences,
    }  # fmt: skip
    return {**facts, **fields}


def a_loss(what: str, path: str = "output 0", detail: str = "so it is") -> dict[str, Any]:
    return {"what": what, "path": path, "detail": detail}


def tried(*crossings: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return an_execution(a_record(), crossings=[*crossings], crossings_left="", **fields)


def judge(code: str, *crossings: dict[str, Any], io_type: str = "IMAGE") -> Any:
    return judged(code, tried(*crossings), outputs=[an_output(io_type, "picture")])


class TestWhatWasTried:
    def test_a_pack_that_is_not_isolated(self) -> None:
        for code in ("RPC-002", "RPC-013"):
            with pytest.raises(NotReached, match="the pack is not isolated"):
                judged(code, an_execution(a_record()))

    def test_no_value_for_an_input(self) -> None:
        missing = {"input": "model", "io_type": "MODEL", "reason": "needs weights"}
        for code in ("RPC-002", "RPC-013"):
            with pytest.raises(NotGenerable):
                judged(code, an_execution(not_generable=[missing]))

    def test_a_node_that_gave_blocks_only(self) -> None:
        execution = an_execution(
            a_record(facts=facts_of(outcome="blocked")), crossings=[], crossings_left=""
        )
        with pytest.raises(NotApplicable, match="only blocks"):
            judged("RPC-002", execution)

    def test_a_node_that_gave_nothing(self) -> None:
        with pytest.raises(NotApplicable, match="no run gave a result"):
            judged("RPC-002", an_execution(a_record(facts=raising()), crossings=[]))

    def test_a_step_that_there_was_no_time_for(self) -> None:
        execution = {**tried(), "crossings_left": "the budget is spent"}
        with pytest.raises(NotReached, match="the budget is spent"):
            judged("RPC-002", execution)

    @pytest.mark.parametrize("outcome", ["not_comparable", "died"])
    def test_a_step_that_told_nothing(self, outcome: str) -> None:
        with pytest.raises(NotApplicable, match="for a reason"):
            judge("RPC-007", a_crossing("kept", outcome=outcome, reason="for a reason"))

    @pytest.mark.parametrize(
        ("code", "step"),
        [
            ("RPC-001", "wire"), ("RPC-002", "wire"), ("RPC-003", "wire"), ("RPC-004", "wire"),
            ("RPC-005", "twin"), ("RPC-006", "together"), ("RPC-007", "kept"),
            ("RPC-008", "flat"), ("RPC-009", "flat"), ("RPC-010", "flat"),
            ("RPC-011", "standard"), ("RPC-012", "standard"),
        ],
    )  # fmt: skip
    def test_nothing_found(self, code: str, step: str) -> None:
        assert judge(code, a_crossing(step)) == []


class TestLosses:
    @pytest.mark.parametrize(
        ("code", "what"), [("RPC-002", "type"), ("RPC-003", "content"), ("RPC-003", "shared")]
    )
    def test_each_kind_has_its_check(self, code: str, what: str) -> None:
        (found,) = judge(code, a_crossing("wire", a_loss(what, "output 0['a']")))
        assert found.input == "picture"
        assert found.message.startswith("output 'picture'['a'] so it is; case defaults")
        others = {"RPC-001", "RPC-002", "RPC-003"} - {code}
        assert all(judge(each, a_crossing("wire", a_loss(what))) == [] for each in others)

    def test_only_types_that_all_packs_take_must_be_sendable(self) -> None:
        step = a_crossing("wire", a_loss("refused", "output 0['f']", "no function can be sent"))
        (found,) = judge("RPC-001", step)
        assert "output 'picture'['f'] can't be sent: no function can be sent" in found.message
        for io_type in ("MODEL", "MY_PIPE", "CONDITIONING"):
            with pytest.raises(NotApplicable):
                judge("RPC-001", step, io_type=io_type)

    def test_another_output_may_stay_where_it_is(self) -> None:
        outputs = [an_output("IMAGE", "picture"), an_output("MY_PIPE", "pipe", 1)]
        execution = tried(a_crossing("wire", a_loss("refused", "output 1.model")))
        assert judged("RPC-001", execution, outputs=outputs) == []

    def test_one_finding_for_each_output_with_the_number_of_cases(self) -> None:
        execution = an_execution(
            a_record("defaults"),
            a_record("batch:2"),
            crossings=[
                a_crossing("wire", a_loss("type", "output 0[0]"), a_loss("type", "output 0[1]")),
                a_crossing("wire", a_loss("type"), case="batch:2"),
            ],
        )
        (found,) = judged("RPC-002", execution, outputs=[an_output(name="out")])
        assert found.case == "defaults"
        assert found.message.endswith("(and 1 more)")

    @pytest.mark.parametrize(
        ("code", "what"),
        [("RPC-008", "inputs"), ("RPC-009", "outputs"), ("RPC-010", "descriptors")],
    )
    def test_what_is_held(self, code: str, what: str) -> None:
        (found,) = judge(code, a_crossing("flat", a_loss(what, what)))
        assert found.input == what

    def test_streams(self) -> None:
        step = a_crossing(
            "standard", a_loss("replaced", "sys.stdout"), a_loss("read", "stdin", "was read from")
        )
        assert [each.input for each in judge("RPC-011", step)] == ["sys.stdout"]
        assert [each.input for each in judge("RPC-012", step)] == ["stdin"]


class TestDifferences:
    CODES = (("RPC-004", "wire"), ("RPC-005", "twin"), ("RPC-006", "together"), ("RPC-007", "kept"))

    @pytest.mark.parametrize(("code", "step"), CODES)
    def test_a_difference(self, code: str, step: str) -> None:
        (found,) = judge(code, a_crossing(step, a_difference("output 0[1]")))
        assert found.input == "picture"
        assert "output 'picture'[1]: 1 and 2" in found.message

    @pytest.mark.parametrize(("code", "step"), CODES)
    @pytest.mark.parametrize(
        "small", [a_difference(max_abs=1e-7), a_difference(max_rel=1e-5), a_difference("ui['a']")]
    )
    def test_rounding_and_the_ui_do_not_count(self, code: str, step: str, small: Any) -> None:
        assert judge(code, a_crossing(step, small)) == []

    def test_results_of_chance_are_not_compared(self) -> None:
        with pytest.raises(NotApplicable, match="do not agree"):
            judge("RPC-004", a_crossing("wire", reason="two equal runs do not agree"))


class TestTwoWorkers:
    @staticmethod
    def told(here: dict[str, Any], there: dict[str, Any], again: str = "agrees") -> Any:
        record: Any = a_record(
            facts=facts_of(a_slot(0, here)),
            relations=[{**a_relation("again"), "outcome": again}],
        )
        facts: Any = facts_of(a_slot(0, there))
        return compared(record, facts)

    @pytest.mark.parametrize(
        ("here", "there"),
        [
            (a_summary(digest="1"), a_summary(digest="1")),
            (a_summary(digest=""), a_summary(digest="")),
            (a_summary("object", digest="1"), a_summary("object", digest="2")),
            # Folders of a worker have the same name in both texts, but not in the digests.
            (
                a_summary(digest="1", text="'<host>/output/a.png'"),
                a_summary(digest="2", text="'<host>/output/a.png'"),
            ),
            (
                a_tensor(2, digest="1", max=1.0, min=0.1),
                a_tensor(2, digest="2", max=1.0000001, min=0.1),
            ),
        ],
    )
    def test_what_agrees_or_can_not_be_told(self, here: Any, there: Any) -> None:
        facts = self.told(here, there)
        assert (facts["outcome"], facts["differences"]) == ("done", [])

    @pytest.mark.parametrize(
        ("here", "there"),
        [
            (a_summary(digest="1", text="'a'"), a_summary(digest="2", text="'b'")),
            (
                a_summary(type="int", digest="1", text="1", min=1.0, max=1.0),
                a_summary(type="int", digest="2", text="2", min=2.0, max=2.0),
            ),
            (a_tensor(2, digest="1", max=1.0), a_tensor(2, digest="2", max=0.5)),
            (a_tensor(2, digest="1"), a_tensor(3, digest="2")),
            (
                a_tensor(2, digest="1", dtype="int64"),
                a_tensor(2, digest="2", dtype="int64"),
            ),
        ],
    )
    def test_what_does_not_agree(self, here: Any, there: Any) -> None:
        (found,) = self.told(here, there)["differences"]
        assert found["path"] == "output 0"
        assert found["what"] == f"{here['text']} and {there['text']}"

    def test_the_innermost_part_is_named(self) -> None:
        same, here, there = (a_summary(digest=each, text=each) for each in "123")
        dicts = [
            a_summary("dict", type="dict", digest=each, parts={"a": same, "b": [part]})
            for each, part in (("4", here), ("5", there))
        ]
        for each in dicts:
            inner = each["parts"]["b"][0]
            each["parts"]["b"] = a_summary("list", type="list", digest=inner["digest"] + "l",
                                           parts=[inner])  # fmt: skip
        (found,) = self.told(*dicts)["differences"]
        assert (found["path"], found["what"]) == ("output 0['b'][0]", "2 and 3")

    def test_a_worker_in_which_it_ends_otherwise(self) -> None:
        record: Any = a_record(facts=facts_of(), relations=[a_relation("again")])
        there: Any = raising()
        (found,) = compared(record, there)["differences"]
        assert (found["path"], found["what"]) == ("outcome", "returned and raised")

    @pytest.mark.parametrize("outcome", ["not_run", "hung"])
    def test_no_answer_tells_nothing(self, outcome: str) -> None:
        record: Any = a_record(facts=facts_of(), relations=[a_relation("again")])
        there: Any = facts_of(outcome=outcome, reason="no time")
        assert compared(record, there)["outcome"] == "not_comparable"

    @pytest.mark.parametrize("again", ["differs", "not_comparable"])
    def test_only_what_one_worker_repeats_is_compared(self, again: str) -> None:
        facts = self.told(a_summary(digest="1"), a_summary(digest="2"), again)
        assert facts["outcome"] == "not_comparable"
