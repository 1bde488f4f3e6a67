"""How the checks of V1 judge descriptions; what workers really say is proved by the twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, an_input
from judging import on_nodes, write_pack

from reference_runtime.description import NodeDescription, ValueFacts
from reference_runtime.plain import to_plain, type_name
from studio_conformance.checks import NotApplicable, Violation

HERE = Path("/nowhere/mypack")


def facts(value: Any) -> ValueFacts:
    plain, defects = to_plain(value)
    return {"value": plain, "type": type_name(value), "defects": defects}


def a_class(**attributes: Any) -> NodeDescription:
    return a_node(attributes={name: facts(value) for name, value in attributes.items()})


def judge(code: str, node: NodeDescription) -> list[Violation]:
    return on_nodes(code, HERE, a_pack(node))


class TestReturnTypes:
    @pytest.mark.parametrize("value", [("IMAGE",), ["IMAGE", "MASK"], ()])
    def test_sequences(self, value: Any) -> None:
        assert judge("V1-001", a_class(RETURN_TYPES=value)) == []

    @pytest.mark.parametrize("value", ["IMAGE", None, {"IMAGE"}, 3])
    def test_others(self, value: Any) -> None:
        assert len(judge("V1-001", a_class(RETURN_TYPES=value))) == 1

    def test_missing(self) -> None:
        assert len(judge("V1-001", a_class())) == 1

    def test_elements_by_index(self) -> None:
        node = a_class(RETURN_TYPES=("IMAGE", int, ["a", "b"], None, "", {"set"}))
        found = judge("V1-002", node)
        wrong = [f"RETURN_TYPES[{i}]" for i in (1, 3, 4, 5)]
        assert [violation.input for violation in found] == wrong

    def test_a_set_inside_a_list_of_options_is_not_this_checks_business(self) -> None:
        assert judge("V1-002", a_class(RETURN_TYPES=(["a", {"b"}],))) == []


class TestParallelAttributes:
    CODES = (
        ("V1-003", "RETURN_NAMES"),
        ("V1-004", "OUTPUT_IS_LIST"),
        ("V1-005", "OUTPUT_TOOLTIPS"),
    )

    @pytest.mark.parametrize(("code", "name"), CODES)
    def test_absent_is_fine(self, code: str, name: str) -> None:
        with pytest.raises(NotApplicable, match=name):
            judge(code, a_class(RETURN_TYPES=("A",)))

    @pytest.mark.parametrize(("code", "name"), CODES)
    def test_string_in_place_of_a_tuple(self, code: str, name: str) -> None:
        (violation,) = judge(code, a_class(RETURN_TYPES=("A",), **{name: "x"}))
        assert "not a tuple or list" in violation.message

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("RETURN_NAMES", ("a", "b"), "V1-003"),
            ("RETURN_NAMES", (), "V1-003"),
            ("OUTPUT_IS_LIST", (), "V1-004"),
            ("OUTPUT_TOOLTIPS", ("a", "b"), "V1-005"),
        ],
    )
    def test_wrong_length(self, name: str, value: Any, code: str) -> None:
        (violation,) = judge(code, a_class(RETURN_TYPES=("A",), **{name: value}))
        assert f"{len(value)} items for 1 outputs" in violation.message

    @pytest.mark.parametrize(
        ("code", "name", "value"),
        [
            ("V1-003", "RETURN_NAMES", (None,)),
            ("V1-003", "RETURN_NAMES", (object(),)),
            ("V1-004", "OUTPUT_IS_LIST", ("False",)),
            ("V1-004", "OUTPUT_IS_LIST", (1,)),
            ("V1-005", "OUTPUT_TOOLTIPS", (3,)),
        ],
    )
    def test_wrong_element(self, code: str, name: str, value: Any) -> None:
        (violation,) = judge(code, a_class(RETURN_TYPES=("A",), **{name: value}))
        assert violation.input == f"{name}[0]"

    def test_right_ones(self) -> None:
        node = a_class(
            RETURN_TYPES=("A", "B"),
            RETURN_NAMES=["a", "b"],
            OUTPUT_IS_LIST=(True, False),
            OUTPUT_TOOLTIPS=("help", None),
        )
        assert [judge(code, node) for code, _ in self.CODES] == [[], [], []]


class TestFunction:
    def test_named_method(self) -> None:
        node = a_class(FUNCTION="run")
        methods: Any = {"execute": {"name": "run"}}
        node["methods"] = methods
        assert judge("V1-006", node) == []

    @pytest.mark.parametrize("value", ["ran", len, ("run",)])
    def test_no_such_method(self, value: Any) -> None:
        assert len(judge("V1-006", a_class(FUNCTION=value))) == 1

    def test_missing(self) -> None:
        assert len(judge("V1-006", a_class())) == 1


class TestOutputNode:
    @pytest.mark.parametrize("value", [True, False, 1, 0, None])
    def test_what_the_host_reads_as_meant(self, value: Any) -> None:
        assert judge("V1-017", a_class(OUTPUT_NODE=value)) == []

    @pytest.mark.parametrize("value", [(True,), "True", 2, object()])
    def test_what_only_looks_true(self, value: Any) -> None:
        assert len(judge("V1-017", a_class(OUTPUT_NODE=value))) == 1


class TestGroups:
    def test_near_name_is_offered(self) -> None:
        (violation,) = judge("V1-009", a_node(groups=["required", "Optionals"]))
        assert "did you mean 'optional'?" in violation.message


class TestEntries:
    @pytest.mark.parametrize(
        ("problem", "form", "pair"),
        [
            (None, 0, 0),
            ("given as 'INT' (str), not as (type, options)", 1, 0),
            ("the second element is '' (str), not a dict of options", 1, 0),
            ("3 elements; the host reads the first two", 0, 1),
        ],
    )
    def test_what_breaks_the_page_is_told_apart(self, problem: Any, form: int, pair: int) -> None:
        node = a_node(inputs=[an_input("a", entry_problem=problem)])
        assert (len(judge("V1-010", node)), len(judge("V1-022", node))) == (form, pair)


class TestHidden:
    @pytest.mark.parametrize(
        ("form", "value", "count"),
        [("string", "PROMPT", 0), ("tuple", "UNIQUE_ID", 1), ("tuple", "['a', 'b']", 0)],
    )
    def test_only_what_the_host_would_deliver(self, form: str, value: str, count: int) -> None:
        hidden: Any = {"name": "x", "value": value, "form": form, "declared": True}
        assert len(judge("V1-014", a_node(hidden=[hidden]))) == count


class TestCalledOnTheClass:
    @pytest.mark.parametrize(
        ("source", "missing"),
        [
            ("def IS_CHANGED(self, image): pass", True),
            ("def IS_CHANGED(s, **kwargs): pass", True),
            ("def IS_CHANGED(image, mode): pass", False),
            ("def IS_CHANGED(**kwargs): pass", False),
            ("def IS_CHANGED(): pass", False),
            ("def IS_CHANGED(self=None): pass", False),
        ],
    )
    def test_first_parameter(self, tmp_path: Path, source: str, missing: bool) -> None:
        path = write_pack(tmp_path, __init__=f"class X:\n    {source}\n")
        assert len(self.judge(path, "function")) == missing

    def judge(self, path: Path, form: str) -> list[Violation]:
        method: Any = {"form": form, "file": str(path / "__init__.py"), "line": 2}
        inputs = [an_input("image"), an_input("mode")]
        node = a_node(inputs=inputs, methods={"IS_CHANGED": method})
        return on_nodes("V1-012", path, a_pack(node))

    @pytest.mark.parametrize("form", ["classmethod", "staticmethod"])
    def test_decorated(self, tmp_path: Path, form: str) -> None:
        source = "class X:\n    def IS_CHANGED(self): pass\n"
        assert self.judge(write_pack(tmp_path, __init__=source), form) == []


class TestInfo:
    def test_each_disagreement_is_told(self) -> None:
        found = judge("V1-019", a_node(info_differs=["input.required.a", "output"]))
        assert [violation.input for violation in found] == ["input.required.a", "output"]

    def test_key_of_a_v3_node(self) -> None:
        schema: Any = {"fields": {"node_id": "Blend"}}
        (violation,) = judge("V1-020", a_node("blend", kind="v3", schema=schema))
        assert "'Blend'" in violation.message
        assert judge("V1-020", a_node("Blend", kind="v3", schema=schema)) == []

    def test_entry_points_register_under_the_id(self) -> None:
        with pytest.raises(NotApplicable):
            judge("V1-020", a_node(kind="v3", route="v3", schema={"fields": {}}))
