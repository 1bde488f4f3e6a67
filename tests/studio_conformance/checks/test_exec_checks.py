"""How the checks of EXEC judge what was seen when a node ran: what counts, and what does not."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from descriptions import an_input
from executions import (
    a_difference,
    a_hook,
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
from studio_conformance.subject import Node, Pack


def names(violations: list[Any]) -> list[str | None]:
    return [violation.input for violation in violations]


class TestWhatWasRun:
    def test_not_generable(self) -> None:
        missing = {"input": "model", "io_type": "MODEL", "reason": "needs weights"}
        with pytest.raises(NotGenerable, match=r"'model' of type MODEL: needs weights"):
            judged("EXEC-047", an_execution(not_generable=[missing]))

    def test_no_case_was_run(self) -> None:
        with pytest.raises(NotReached, match="budget"):
            judged("EXEC-047", an_execution(reason="the budget is spent"))

    def test_cases_that_were_not_run(self) -> None:
        record = a_record(facts=facts_of(outcome="not_run", reason="the pack did not load"))
        with pytest.raises(NotReached, match="did not load"):
            judged("EXEC-047", an_execution(record))

    def test_nothing_ran_at_all(self) -> None:
        from descriptions import a_node, a_pack

        pack = Pack(Path("/nowhere"), a_pack(a_node()))
        with pytest.raises(NotReached, match="only its description"):
            _ = Node(pack, pack.description["nodes"][0]).execution

    def test_no_run_gave_a_result(self) -> None:
        with pytest.raises(NotApplicable, match="no run gave a result"):
            judged(
                "EXEC-006", an_execution(a_record(facts=raising())), outputs=[an_output("IMAGE")]
            )

    def test_a_finding_names_case_and_input_and_how_many_more(self) -> None:
        bad = facts_of(a_slot(0, a_tensor(4, 4)))
        runs = an_execution(a_record("defaults", bad), a_record("odd", bad))
        (violation,) = judged("EXEC-006", runs, outputs=[an_output("IMAGE", "picture")])
        assert violation.input == "picture"
        assert violation.case == "defaults"
        assert violation.message == (
            "output 'picture' has the shape 4x4, not [batch, height, width, channels]; "
            "case defaults: inputs of defaults (and 1 more)"
        )


class TestForms:
    @pytest.mark.parametrize(
        ("code", "io_type", "value", "said"),
        [
            ("EXEC-006", "IMAGE", a_tensor(1, 8, 8, 3), None),
            ("EXEC-006", "IMAGE", a_tensor(2, 8, 8, 4), None),
            ("EXEC-006", "IMAGE", a_tensor(1, 8, 8, 3, dtype="float16"), None),
            ("EXEC-006", "IMAGE", a_tensor(8, 8, 3), "8x8x3"),
            ("EXEC-006", "IMAGE", a_tensor(1, 3, 8, 8), "8 channels"),
            ("EXEC-006", "IMAGE", a_tensor(0, 8, 8, 3), "empty"),
            ("EXEC-006", "IMAGE", a_tensor(1, 8, 8, 3, dtype="uint8"), "uint8"),
            ("EXEC-006", "IMAGE", a_summary("list", type="list"), "a list"),
            ("EXEC-007", "MASK", a_tensor(1, 8, 8), None),
            ("EXEC-007", "MASK", a_tensor(1, 8, 8, 1), "1x8x8x1"),
            ("EXEC-007", "MASK", a_tensor(8, 8), "8x8"),
            ("EXEC-007", "MASK", a_tensor(1, 8, 8, dtype="bool"), "bool"),
            ("EXEC-010", "IMAGE", a_tensor(1, 8, 8, 3, min=-0.1, max=1.1), None),
            ("EXEC-010", "IMAGE", a_tensor(1, 8, 8, 3, max=255.0), "from 0 to 255"),
            ("EXEC-010", "MASK", a_tensor(1, 8, 8, min=-1.0), "from -1 to 1"),
            ("EXEC-011", "IMAGE", a_tensor(1, 8, 8, 3), None),
            ("EXEC-011", "IMAGE", a_tensor(1, 8, 8, 3, dtype="float64"), "float64"),
            ("EXEC-013", "FLOAT", a_summary("float", type="float", nan=1), "NaN"),
            ("EXEC-013", "IMAGE", a_tensor(1, 8, 8, 3, inf=3), "3 values that are infinite"),
            ("EXEC-013", "IMAGE", a_tensor(1, 8, 8, 3), None),
        ],
    )
    def test_of_tensors(self, code: str, io_type: str, value: Any, said: str | None) -> None:
        found = judged(
            code,
            an_execution(a_record(facts=facts_of(a_slot(0, value)))),
            outputs=[an_output(io_type)],
        )
        if said is None:
            assert not found
        else:
            assert said in found[0].message

    @pytest.mark.parametrize(
        ("parts", "said"),
        [
            ({"samples": a_tensor(1, 4, 8, 8)}, None),
            ({"samples": a_tensor(1, 16, 2, 8, 8)}, None),
            ({"noise": a_tensor(1, 4, 8, 8)}, "nothing under 'samples'"),
            ({"samples": a_tensor(4, 4)}, "4x4"),
            ({"samples": a_summary()}, "not a tensor"),
        ],
    )
    def test_of_latents(self, parts: Any, said: str | None) -> None:
        value = a_summary("dict", type="dict", parts=parts)
        execution = an_execution(a_record(facts=facts_of(a_slot(0, value))))
        found = judged("EXEC-008", execution, outputs=[an_output("LATENT")])
        assert [said in each.message for each in found if said] == ([True] if said else [])
        assert bool(found) is (said is not None)

    @pytest.mark.parametrize(
        ("rate", "shape", "said"),
        [
            (a_summary("int", type="int", text="44100"), (1, 2, 100), None),
            (a_summary("float", type="float", text="44100.0"), (1, 2, 100), "is a float"),
            (a_summary("int", type="int"), (2, 100), "2x100"),
            (None, (1, 2, 100), "nothing under 'sample_rate'"),
        ],
    )
    def test_of_sound(self, rate: Any, shape: Any, said: str | None) -> None:
        parts = {"waveform": a_tensor(*shape), **({"sample_rate": rate} if rate else {})}
        value = a_summary("dict", type="dict", parts=parts)
        execution = an_execution(a_record(facts=facts_of(a_slot(0, value))))
        found = judged("EXEC-009", execution, outputs=[an_output("AUDIO")])
        assert bool(found) is (said is not None)
        assert not found or said is None or said in found[0].message

    @pytest.mark.parametrize(
        ("case", "shape", "told"),
        [
            ("max:skip", (0, 8, 8, 3), False),
            ("min:keep", (0, 8, 8, 3), False),
            ("defaults", (0, 8, 8, 3), True),
            ("min:width", (1, 8, 0, 3), True),
            ("min:width", (0, 8, 0, 3), True),
        ],
    )
    def test_an_empty_batch_that_was_asked_for(
        self, case: str, shape: tuple[int, ...], told: bool
    ) -> None:
        picture, latent = (a_record(case, facts_of(a_slot(0, value))) for value in (
            a_tensor(*shape), a_summary("dict", type="dict", parts={"samples": a_tensor(*shape)}),
        ))  # fmt: skip
        for code, io_type, record in (
            ("EXEC-006", "IMAGE", picture), ("EXEC-008", "LATENT", latent),
        ):  # fmt: skip
            found = judged(code, an_execution(record), outputs=[an_output(io_type)])
            assert ["is empty" in each.message for each in found] == [True] * told

    def test_what_was_made_from_an_empty_value_may_be_empty(self) -> None:
        made = {"segs": {"make": "OUTPUT", "node": "Empty", "output": 0, "inputs": {}}}
        for inputs, told in ((made, 0), ({"segs": {"value": 1}}, 1)):
            record = a_record(facts=facts_of(a_slot(0, a_tensor(1, 0, 0))), inputs=inputs)
            found = judged("EXEC-007", an_execution(record), outputs=[an_output("MASK")])
            assert len(found) == told

    def test_a_type_that_an_input_of_any_type_may_not_want(self) -> None:
        for case, io_type, told in (
            ("type:a=IMAGE", "*", 0), ("defaults", "*", 1), ("type:a=IMAGE", "IMAGE", 1),
        ):  # fmt: skip
            record = a_record(case, facts_of(a_slot(0, a_tensor(1, 8, 8, 3))))
            found = judged(
                "EXEC-004",
                an_execution(record),
                inputs=[an_input("a", io_type)],
                outputs=[an_output("BOOLEAN")],
            )
            assert len(found) == told

    def test_the_insides_of_objects_are_their_own_affair(self) -> None:
        infinite = a_summary(type="float", inf=1)
        held = a_summary("object", type="pack.Batch", parts={"total": infinite})
        for value, bad in ((held, 0), (a_summary("list", type="list", parts=[infinite]), 1)):
            execution = an_execution(a_record(facts=facts_of(a_slot(0, value))))
            assert len(judged("EXEC-013", execution, outputs=[an_output("BATCH")])) == bad

    def test_values_inside_a_dict_are_looked_at(self) -> None:
        value = a_summary("dict", type="dict", parts={"samples": a_tensor(1, 4, 8, 8, nan=2)})
        execution = an_execution(a_record(facts=facts_of(a_slot(0, value))))
        assert judged("EXEC-013", execution, outputs=[an_output("LATENT")])

    @pytest.mark.parametrize(
        ("io_type", "kind", "fits"),
        [
            ("STRING", "str", True),
            ("STRING", "list", False),
            ("STRING", "NoneType", True),
            ("INT", "int", True),
            ("INT", "numpy.int64", True),
            ("INT", "float", False),
            ("FLOAT", "int", True),
            ("FLOAT", "torch.Tensor", False),
            ("BOOLEAN", "bool", True),
            ("BOOLEAN", "str", False),
            ("*", "list", True),
            ("MYTYPE", "list", True),
        ],
    )
    def test_of_plain_types(self, io_type: str, kind: str, fits: bool) -> None:
        execution = an_execution(a_record(facts=facts_of(a_slot(0, a_summary(type=kind)))))
        try:
            found = judged("EXEC-004", execution, outputs=[an_output(io_type)])
        except NotApplicable:
            found = []
        assert bool(found) is not fits

    def test_a_value_of_a_bare_result_is_not_looked_at(self) -> None:
        facts = facts_of(a_slot(0, a_summary(type="list")), form="other")
        with pytest.raises(NotApplicable):
            judged("EXEC-006", an_execution(a_record(facts=facts)), outputs=[an_output("IMAGE")])

    def test_fakes_give_no_ranges(self) -> None:
        facts = facts_of(a_slot(0, a_tensor(1, 8, 8, 3, max=9.0)))
        execution = an_execution(a_record(facts=facts), fakes=["VAE"])
        with pytest.raises(NotApplicable, match="VAE"):
            judged("EXEC-010", execution, outputs=[an_output("IMAGE")])

    def test_a_node_made_for_another_range_says_so(self) -> None:
        execution = an_execution(a_record(facts=facts_of(a_slot(0, a_tensor(1, 8, 8, 3, min=-1)))))
        outputs = [an_output("IMAGE")]
        with pytest.raises(NotApplicable, match="another range"):
            judged("EXEC-010", execution, outputs=outputs, display_name="Normalize to [-1, 1]")
        assert judged("EXEC-010", execution, outputs=outputs, display_name="Add 1 to 1")

    def test_a_list_output(self) -> None:
        execution = an_execution(a_record(facts=facts_of(a_slot(0, type="str"))))
        outputs = [an_output("STRING", "lines", is_list=True)]
        (violation,) = judged("EXEC-012", execution, outputs=outputs)
        assert violation.input == "lines"


TWO = [an_input("mode", "COMBO", options=["a", "b"]), an_input("width")]


class TestFailures:
    def judge(self, code: str, *records: Any, **fields: Any) -> list[Any]:
        execution = an_execution(*records, **fields.pop("execution", {}))
        return judged(code, execution, **{"inputs": TWO, **fields})

    def test_a_programming_error_at_the_defaults(self) -> None:
        found = self.judge("EXEC-052", a_record(facts=raising("'b'")))
        assert names(found) == ["defaults"]
        assert "KeyError: 'b'" in found[0].message

    @pytest.mark.parametrize("rejection", ["clear", "environment", "other", "host"])
    def test_other_failures_are_none(self, rejection: str) -> None:
        assert not self.judge("EXEC-052", a_record(facts=raising(rejection=rejection)))
        assert not self.judge("EXEC-053", a_record("odd", raising(rejection=rejection)))

    def test_with_fakes_the_fake_may_be_at_fault(self) -> None:
        with pytest.raises(NotApplicable, match="MODEL"):
            self.judge("EXEC-052", a_record(facts=raising()), execution={"fakes": ["MODEL"]})

    def test_an_input_of_any_type_may_be_the_wrong_one(self) -> None:
        record = a_record(facts=raising(), inputs={"any": {"value": 1}})
        assert not self.judge("EXEC-052", record, inputs=[an_input("any", "*")])

    def test_the_same_failure_is_told_once(self) -> None:
        default = a_record(facts=raising("x", file="/p/a.py", line=3))
        same = a_record("odd", raising("y", file="/p/a.py", line=3))
        other = a_record("1x1", raising("z", file="/p/a.py", line=4))
        assert not self.judge("EXEC-053", default, same)
        assert names(self.judge("EXEC-053", default, same, other)) == ["KeyError"]

    def test_a_static_finding_explains_it(self) -> None:
        with pytest.raises(NotApplicable, match="SCHEMA-002"):
            self.judge(
                "EXEC-052",
                a_record(facts=raising()),
                inputs=[an_input("", id_type="str")],
            )

    def test_an_option_that_fails(self) -> None:
        fine, bad = a_record(), a_record("option:mode=b", raising())
        assert names(self.judge("EXEC-054", fine, bad)) == ["mode"]
        assert not self.judge("EXEC-053", fine, bad)

    def test_an_option_that_the_node_does_not_know(self) -> None:
        fine = a_record()
        unknown = raising("Unknown mode: b", "clear", type="ValueError")
        needs = raising("b needs a mask", "clear", type="ValueError")
        assert names(self.judge("EXEC-054", fine, a_record("option:mode=b", unknown))) == ["mode"]
        assert not self.judge("EXEC-054", fine, a_record("option:mode=b", needs))

    @pytest.mark.parametrize(
        ("kind", "message", "rejection", "told"),
        [
            ("ZeroDivisionError", "division by zero", "programming", ["ZeroDivisionError"]),
            ("ValueError", "math domain error", "other", []),
            ("ValueError", "expected a positive input, got 0.0", "other", []),
            ("OverflowError", "math range error", "other", []),
            ("ValueError", "invalid literal for int() with base 10: ''", "other", []),
        ],
    )
    def test_a_calculation_without_a_result_is_not_the_options_fault(
        self, kind: str, message: str, rejection: str, told: list[str]
    ) -> None:
        fine = a_record()
        bad = a_record("option:mode=b", raising(message, rejection, type=kind))
        assert not self.judge("EXEC-054", fine, bad)
        assert names(self.judge("EXEC-053", fine, bad)) == told

    @pytest.mark.parametrize("code", ["EXEC-051", "EXEC-052", "EXEC-053"])
    def test_a_node_whose_frontend_adds_inputs(self, code: str) -> None:
        refused = a_record(facts=raising("no", "clear", type="ValueError"), inputs={})
        failing = [a_record(facts=raising(), inputs={}), a_record("option:mode=b", raising())]
        record = [refused] if code == "EXEC-051" else failing
        with pytest.raises(NotApplicable, match=r"only the frontend knows .* 'optional'"):
            self.judge(code, *record, open_groups=["optional"])

    @pytest.mark.parametrize(
        ("item", "counts"),
        [
            (an_input("file", "COMBO", options=["[none]"]), False),
            (an_input("file", "COMBO", options=["No History"]), False),
            (an_input("file", "COMBO", options=["nothing found"]), False),
            (an_input("file", "COMBO", options=["northern.png"]), True),
            (an_input("file", "COMBO", options=["none", "all"]), True),
            (an_input("file", "STRING", spec={"default": "input/"}), False),
            (an_input("file", "STRING", spec={"default": ""}), False),
            (an_input("file", "STRING", spec={"default": "you"}), True),
        ],
    )
    def test_defaults_that_ask_to_be_filled_in(self, item: Any, counts: bool) -> None:
        refused = a_record(facts=raising("no", "clear", type="ValueError"), inputs={"file": {}})
        failed = a_record(facts=raising(), inputs={"file": {}})
        assert bool(self.judge("EXEC-052", failed, inputs=[item])) == counts
        if counts:
            assert self.judge("EXEC-051", refused, inputs=[item])
        else:
            with pytest.raises(NotApplicable, match="no value"):
                self.judge("EXEC-051", refused, inputs=[item])

    def test_no_option_is_to_blame_when_the_defaults_fail(self) -> None:
        with pytest.raises(NotApplicable, match="defaults"):
            self.judge("EXEC-054", a_record(facts=raising()), a_record("option:mode=b", raising()))

    @pytest.mark.parametrize(("size", "told"), [(2, False), (3, True)])
    def test_a_larger_batch_than_was_given(self, size: int, told: bool) -> None:
        message = f"index {size} is out of bounds for dimension 0 with size {size}"
        given = {"tiles": {"make": "IMAGE", "shape": [2, 64, 48, 3]}, "width": {"value": 9}}
        failed = raising(message, type="IndexError")
        inputs = [an_input("tiles", "IMAGE"), an_input("width")]
        batch = a_record("batch:2", failed, inputs=given)
        bound = a_record("max:width", failed, inputs=given)
        assert bool(self.judge("EXEC-053", a_record(), batch, inputs=inputs)) is told
        assert bool(self.judge("EXEC-055", a_record(), bound, inputs=inputs)) is told

    def test_a_bound_that_fails(self) -> None:
        failing = raising(rejection="other", type="RuntimeError")
        assert names(self.judge("EXEC-055", a_record(), a_record("min:width", failing))) == [
            "width"
        ]
        clear = raising("width must be even", "clear")
        assert not self.judge("EXEC-055", a_record(), a_record("max:width", clear))

    def test_an_index_of_what_was_not_given_is_no_fault(self) -> None:
        beyond = raising("index 2 is out of bounds for dimension 0 with size 1", type="IndexError")
        records = a_record(), a_record("batch:2", beyond)
        assert names(self.judge("EXEC-053", *records)) == ["IndexError"]
        index = an_input("indexes", "STRING", spec={"default": "0, 1, 2"})
        assert not judged("EXEC-053", an_execution(*records), inputs=[index])
        slip = a_record("batch:2", raising("tuple index out of range", type="IndexError"))
        assert judged("EXEC-053", an_execution(a_record(), slip), inputs=[index])

    def test_a_module_that_lacks_a_name_is_no_fault_of_an_input(self) -> None:
        lacks = raising("module 'plots' has no attribute 'lines'", type="AttributeError")
        for case in ("min:width", "option:mode=b", "absent:mask"):
            records = a_record(), a_record(case, lacks)
            for code in ("EXEC-054", "EXEC-055", "EXEC-056"):
                with suppress(NotApplicable):
                    assert not self.judge(code, *records)
            assert names(self.judge("EXEC-053", *records)) == ["AttributeError"]

    def test_a_number_that_was_lowered_is_not_called_a_bound(self) -> None:
        record = a_record("max:width", raising())
        at_bound = self.judge("EXEC-055", a_record(), record)
        record["case"]["capped"] = ["height: 9 instead of 10", "width: 256 instead of 4096"]
        lowered = self.judge("EXEC-055", a_record(), record)
        assert at_bound[0].message.startswith("fails at a bound of 'width': ")
        assert lowered[0].message.startswith("fails when 'width' is 256, below its bound 4096: ")
        assert names(at_bound) == names(lowered) == ["width"]

    def test_an_optional_input_left_out(self) -> None:
        bad = a_record("absent:mask", raising("no attribute 'shape'", type="AttributeError"))
        assert names(self.judge("EXEC-056", a_record(), bad)) == ["mask"]
        with pytest.raises(NotApplicable):
            self.judge("EXEC-056", a_record())

    def test_defaults_that_are_refused(self) -> None:
        facts = raising("too small", "clear", type="ValueError")
        own = [an_input("width", spec={"default": 0})]
        refused = a_record(facts=facts, inputs={"width": {"value": 0}})
        assert names(self.judge("EXEC-051", refused, inputs=own)) == ["defaults"]
        for unsaid in (an_input("x", "IMAGE"), an_input("x", "STRING", spec={"default": ""})):
            record = a_record(facts=facts, inputs={"x": {"value": ""}})
            with pytest.raises(NotApplicable, match="gives no value"):
                self.judge("EXEC-051", record, inputs=[unsaid])

    def test_most_inputs_are_rejected(self) -> None:
        rejected = [a_record(f"c{i}", raising("no", "clear")) for i in range(9)]
        assert self.judge("EXEC-057", a_record(), *rejected)
        assert not self.judge("EXEC-057", *[a_record(f"d{i}") for i in range(3)], *rejected)
        with pytest.raises(NotApplicable):
            self.judge("EXEC-057", *rejected[:3])

    def test_what_the_environment_lacks_is_not_counted(self) -> None:
        lacking = [a_record(f"c{i}", raising("no", "environment")) for i in range(9)]
        with pytest.raises(NotApplicable):
            self.judge("EXEC-057", a_record(), *lacking)

    def test_a_death(self) -> None:
        died = facts_of(outcome="crashed", reason="the worker was killed by SIGSEGV")
        (violation,) = self.judge("EXEC-047", a_record(facts=died))
        assert "SIGSEGV" in violation.message
        hung = facts_of(outcome="hung", reason="no answer within 10 s")
        assert not self.judge("EXEC-047", a_record(facts=hung))
        assert self.judge("EXEC-048", a_record(facts=hung))

    def test_a_large_number_may_take_long(self) -> None:
        hung = facts_of(outcome="hung", reason="no answer within 10 s")
        inputs = [an_input("steps", spec={"default": 20})]
        for value, told in ((20, True), (10_000, False)):
            record = a_record("max:steps", hung, inputs={"steps": {"value": value}})
            assert bool(self.judge("EXEC-048", record, inputs=inputs)) is told

    def test_numba_may_be_compiling(self, tmp_path: Path) -> None:
        execution = an_execution(a_record(facts=facts_of(outcome="hung", reason="no answer")))
        (tmp_path / "__init__.py").write_text("def run():\n    import numba as nb\n")
        with pytest.raises(NotReached, match="numba"):
            judged("EXEC-048", execution, tmp_path)
        (tmp_path / "__init__.py").write_text("# without numba\n")
        assert judged("EXEC-048", execution, tmp_path)

    def test_a_death_in_a_further_run(self) -> None:
        died = facts_of(outcome="crashed", reason="the worker exited")
        record = a_record(relations=[a_relation("again", a_difference("outcome"), facts=died)])
        assert self.judge("EXEC-047", record)

    def test_an_exit(self) -> None:
        assert self.judge("EXEC-047", a_record(facts=raising("3", "other", type="SystemExit")))

    def test_running_out_of_memory_is_no_crash(self) -> None:
        died = facts_of(outcome="crashed", reason="took more than 4.0 GB of memory")
        assert not self.judge("EXEC-047", a_record(facts=died))


class TestRepeats:
    def judge(self, code: str, *relations: Any, **fields: Any) -> list[Any]:
        facts = facts_of(a_slot(), hooks=fields.pop("hooks", []))
        return judged(code, an_execution(a_record(facts=facts, relations=[*relations])), **fields)

    def test_another_result(self) -> None:
        assert names(self.judge("EXEC-017", a_relation("again", a_difference()))) == ["output 0"]
        assert names(self.judge("EXEC-017", a_relation("other_rng", a_difference()))) == [
            "output 0"
        ]

    @pytest.mark.parametrize(
        "difference",
        [
            a_difference(max_abs=1e-5, max_rel=1e-5),
            a_difference(max_abs=1e-9, max_rel=None),
            a_difference("ui['images']", max_abs=None, max_rel=None),
        ],
    )
    def test_rounding_and_what_is_shown_do_not_count(self, difference: Any) -> None:
        assert not self.judge("EXEC-017", a_relation("again", difference))

    def test_runs_that_can_not_be_compared(self) -> None:
        unlike = a_relation("again", outcome="not_comparable", reason="no")
        with pytest.raises(NotApplicable):
            self.judge("EXEC-017", unlike)

    def test_a_seed_has_a_check_of_its_own(self) -> None:
        again = a_relation("again", a_difference())
        seeded = [an_input("noise_seed")]
        with pytest.raises(NotApplicable, match="seed"):
            self.judge("EXEC-017", again, inputs=seeded)
        assert self.judge("EXEC-018", again, inputs=seeded)
        with pytest.raises(NotApplicable, match="no seed"):
            self.judge("EXEC-018", again, inputs=[an_input("width")])

    def test_a_node_that_asks_to_be_run_each_time(self) -> None:
        again = a_relation("again", a_difference())
        nan = a_hook("fingerprint_inputs", math.nan, same_again=False, hashable=True)
        with pytest.raises(NotApplicable, match="fingerprint"):
            self.judge("EXEC-017", again, hooks=[nan])

    def test_state_of_an_earlier_run(self) -> None:
        state = a_relation("same_instance", a_difference())
        assert self.judge("EXEC-019", a_relation("again"), state)
        with pytest.raises(NotApplicable, match="repeatable"):
            self.judge("EXEC-019", a_relation("again", a_difference()), state)

    def test_a_later_element_of_a_batch(self) -> None:
        fine = a_relation("again")
        later = a_relation("split_batch", a_difference("output 0[1]"))
        whole = a_relation("split_batch", a_difference("output 0[0]"), a_difference("output 0[1]"))
        assert names(self.judge("EXEC-020", fine, later)) == ["output 0"]
        assert not self.judge("EXEC-020", fine, whole)
        with pytest.raises(NotApplicable, match="draws random numbers"):
            self.judge("EXEC-020", fine, later, inputs=[an_input("seed")])

    @pytest.mark.parametrize(
        ("sizes", "grows"),
        [
            ([100 + i for i in range(12)], True),
            ([100] * 12, False),
            ([100, 140, 150] + [151] * 9, False),
            ([100 + 5 * (i // 5) for i in range(12)], False),
            ([100, 101, 102], False),
        ],
    )
    def test_memory(self, sizes: list[int], grows: bool) -> None:
        facts = facts_of(resident=[size * 2**20 for size in sizes])
        assert bool(self.judge("EXEC-049", a_relation("growth", facts=facts))) is grows

    def test_the_event_loop(self) -> None:
        slow, quick = ({"is_async": True, "blocked_loop": t} for t in (0.4, 0.01))
        runs = [a_record(f"c{i}", facts_of(**slow)) for i in range(2)]
        assert judged("EXEC-050", an_execution(*runs))
        runs = [a_record(f"d{i}", facts_of(**quick)) for i in range(3)] + runs
        assert not judged("EXEC-050", an_execution(*runs))


class TestHooks:
    def judge(self, code: str, *hooks: Any, **fields: Any) -> list[Any]:
        record = a_record(facts=facts_of(a_slot(), hooks=[*hooks]))
        return judged(code, an_execution(record), **fields)

    def test_without_one(self) -> None:
        with pytest.raises(NotApplicable, match="IS_CHANGED"):
            self.judge("EXEC-022")

    def test_that_raises(self) -> None:
        failure = raising()["failure"]
        hook = a_hook("validate_inputs", None, failure=failure)
        assert names(self.judge("EXEC-024", hook)) == ["VALIDATE_INPUTS"]
        lacking = {**failure, "rejection": "environment"}
        assert not self.judge("EXEC-024", a_hook("validate_inputs", None, failure=lacking))

    def test_that_raises_where_the_node_lacks_what_it_needs(self) -> None:
        hook = a_hook("fingerprint_inputs", None, failure=raising()["failure"])
        lacking = raising("another pack is not there", "environment")
        ran, lacks = facts_of(hooks=[hook]), {**lacking, "hooks": [hook]}
        assert judged("EXEC-022", an_execution(a_record(facts=lacks), a_record("odd", ran)))
        with pytest.raises(NotApplicable, match="lacks something"):
            judged("EXEC-022", an_execution(a_record(facts=lacks)))

    @pytest.mark.parametrize(
        ("value", "fine"), [(True, True), ("no", True), (False, True), (None, False), (1, False)]
    )
    def test_what_a_validator_answers(self, value: Any, fine: bool) -> None:
        hook = a_hook("validate_inputs", value, accepted=value is True)
        assert bool(self.judge("EXEC-025", hook)) is not fine

    def test_a_validator_and_links(self) -> None:
        accepted = a_hook("validate_inputs", True, accepted=True)
        refused = a_hook("validate_inputs", "no", accepted=False, variant="linked")
        assert self.judge("EXEC-026", accepted, refused)
        with pytest.raises(NotApplicable, match="no input at all"):
            self.judge("EXEC-026", refused, {**refused, "variant": "constants"})

    def test_fingerprints(self) -> None:
        bytes_defect = {"path": [], "kind": "type", "type": "bytes", "repr": "b'x'"}
        nan_defect = {"path": [], "kind": "non-finite", "type": "float", "repr": "nan"}
        plain = {"hashable": True, "same_again": True}
        assert self.judge("EXEC-023", a_hook("fingerprint_inputs", defects=[bytes_defect], **plain))
        assert not self.judge(
            "EXEC-023", a_hook("fingerprint_inputs", "nan", defects=[nan_defect], **plain)
        )
        assert self.judge("EXEC-023", a_hook("fingerprint_inputs", hashable=False))

    def test_lazy_inputs_that_the_frontend_adds_to_a_row(self) -> None:
        row = [an_input("select"), an_input("input1", "*")]
        added = a_hook("check_lazy_status", ["input7"], unknown=["input7"])
        assert not self.judge("EXEC-028", added, inputs=row)
        (found,) = self.judge(
            "EXEC-028", a_hook("check_lazy_status", [], unknown=["input7", "other7"]), inputs=row
        )
        assert "'other7'" in found.message
        assert "'input7'" not in found.message

    def test_lazy(self) -> None:
        assert self.judge("EXEC-028", a_hook("check_lazy_status", ["x"], unknown=["x"]))
        assert not self.judge("EXEC-028", a_hook("check_lazy_status", ["name"]))
        assert self.judge("EXEC-029", a_hook("check_lazy_status", ["name"], type="tuple"))
        assert not self.judge("EXEC-029", a_hook("check_lazy_status", None))


class TestLeftovers:
    def judge(self, code: str, *changes: Any, **fields: Any) -> list[Any]:
        record = a_record(facts=facts_of(a_slot(), changes=[*changes]), **fields)
        return judged(code, an_execution(record))

    @staticmethod
    def change(kind: str, detail: str = "", place: str = "") -> dict[str, str]:
        return {"kind": kind, "detail": detail, "place": place}

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("EXEC-036", "cwd"),
            ("EXEC-040", "default-dtype"),
            ("EXEC-041", "thread"),
            ("EXEC-042", "process"),
            ("EXEC-045", "open-file"),
            ("EXEC-046", "threads-setting"),
        ],
    )
    def test_each_kind(self, code: str, kind: str) -> None:
        assert self.judge(code, self.change(kind, "now different"))
        assert not self.judge(code, self.change("signal", "SIGINT"))

    def test_a_variable_counts_when_the_pack_names_it(self, tmp_path: Path) -> None:
        (tmp_path / "__init__.py").write_text("import os\nos.environ['OWN'] = '1'\n", "utf-8")
        for name, told in (("OWN", True), ("LD_LIBRARY_PATH", False)):
            record = a_record(
                facts=facts_of(a_slot(), changes=[self.change("environment", f"{name}=1")])
            )
            assert bool(judged("EXEC-043", an_execution(record), tmp_path)) is told

    @pytest.mark.parametrize(
        ("path", "place", "told"),
        [
            ("host/greetings.log", "cwd", True),
            ("host/input/a.png", "input", True),
            ("host/output/a.png", "output", False),
            ("tmp/a.png", "temp", False),
            ("home/.cache/matplotlib/fonts.json", "other", False),
            ("host/mine/a.png", "cwd", False),
        ],
    )
    def test_files(self, path: str, place: str, told: bool) -> None:
        inputs = {"folder": {"value": "mine"}, "image": {"make": "IMAGE"}}
        found = self.judge("EXEC-037", self.change("file", path, place), inputs=inputs)
        assert bool(found) is told

    def test_a_generator_that_was_reseeded(self) -> None:
        def run(state: int) -> dict[str, Any]:
            return facts_of(
                a_slot(), changes=[self.change("rng", "torch seeded")], generators={"torch": state}
            )

        for other, told in ((7, True), (8, False)):
            relation = a_relation("other_rng", facts=run(other))
            record = a_record(facts=run(7), relations=[relation])
            assert bool(judged("EXEC-038", an_execution(record))) is told


class TestInputs:
    def judge(self, code: str, what: str, execution: Any = None, **fields: Any) -> list[Any]:
        change = {"input": "image", "path": "", "what": what, "detail": ""}
        record = a_record(facts=facts_of(a_slot(), mutations=[change]))
        inputs = [an_input("image", fields.pop("io_type", "IMAGE"))]
        return judged(code, an_execution(record, **(execution or {})), inputs=inputs)

    def test_a_tensor(self) -> None:
        assert names(self.judge("EXEC-015", "values")) == ["image"]
        assert not self.judge("EXEC-016", "values")

    def test_a_container(self) -> None:
        assert names(self.judge("EXEC-016", "keys")) == ["image"]
        assert not self.judge("EXEC-015", "keys")

    def test_a_fake(self) -> None:
        fakes = {"fakes": ["MODEL"]}
        assert not self.judge("EXEC-016", "attributes", fakes, io_type="MODEL")

    def test_only_plain_inputs(self) -> None:
        with pytest.raises(NotApplicable, match="plain"):
            judged("EXEC-015", an_execution(a_record()), inputs=[an_input("width")])


class TestResults:
    def judge(self, code: str, facts: Any, **fields: Any) -> list[Any]:
        given = {"outputs": [an_output()], **fields}
        return judged(code, an_execution(a_record(facts=facts)), **given)

    def test_too_many(self) -> None:
        facts = facts_of(a_slot(), a_slot(1), declared=1, length_differs=True)
        (violation,) = self.judge("EXEC-001", facts)
        assert violation.message.startswith("gave 2 values for 1 outputs")

    def test_a_bare_value_is_another_matter(self) -> None:
        facts = facts_of(form="other", form_type="str", length_differs=True)
        assert not self.judge("EXEC-001", facts)
        assert self.judge("EXEC-002", facts)

    def test_a_block_that_blocks_nothing(self) -> None:
        facts = facts_of(a_slot(), form="ExecutionBlocker", blocks="ignored")
        assert self.judge("EXEC-032", facts, kind="v3")
        assert not self.judge("EXEC-032", {**facts, "blocks": "blocks"}, kind="v3")

    def test_what_is_shown(self) -> None:
        ui = {
            "type": "dict",
            "keys": ["text"],
            "types": {"text": "str"},
            "value": {},
            "defects": [],
        }
        assert names(self.judge("EXEC-031", facts_of(a_slot(), ui=ui))) == ["text"]
        defect = {"path": ["text", 0], "kind": "type", "type": "set", "repr": "{1}"}
        (violation,) = self.judge("EXEC-030", facts_of(a_slot(), ui={**ui, "defects": [defect]}))
        assert "ui['text'][0] is a set" in violation.message

    def test_an_expansion(self) -> None:
        expand = {
            "enabled": True, "type": "dict", "ids": ["a"], "count": 1, "classes": [],
            "prefixed": False, "unknown_links": ["['b', 0]"], "defects": [],
        }  # fmt: skip
        facts = facts_of(a_slot(), expand=expand)
        assert self.judge("EXEC-034", facts)
        assert self.judge("EXEC-035", facts)
        assert not self.judge("EXEC-035", facts_of(a_slot(), expand={**expand, "prefixed": True}))
