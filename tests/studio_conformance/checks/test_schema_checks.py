"""How the checks of SCHEMA judge descriptions; what workers really say is proved by the twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import a_failure, a_node, a_pack, a_problem, an_input
from judging import on_nodes, write_pack

from studio_conformance.checks import NotApplicable, all_checks
from studio_conformance.runner import gate
from studio_conformance.subject import Pack

HERE = Path("/nowhere/mypack")


def a_schema(**fields: Any) -> dict[str, Any]:
    known = {"node_id": "MyNode", "display_name": "Mine", "category": "mine"}
    facts: dict[str, Any] = {
        "fields": {**known, **fields.pop("fields", {})},
        "fields_given": [],
        "seconds": 0.001,
        "differences": [],
        "shared_objects": [],
        "id_type": "str",
    }
    return {**facts, **fields}


def an_output(index: int = 0, io_type: str = "INT", **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "index": index,
        "id": f"_{index}_{io_type}_",
        "io_type": io_type,
        "io_type_kind": "str",
        "name": io_type,
        "is_list": False,
        "tooltip": None,
        "widget": None,
        "has_display_name": False,
    }
    return {**facts, **fields}


def a_hidden(name: str, value: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "form": "string", "declared": True, **fields}


def a_v3_node(key: str = "MyNode", **fields: Any) -> Any:
    return a_node(key, **{"kind": "v3", "route": "v3", "schema": a_schema(), **fields})


def judge(code: str, *nodes: Any, **pack: Any) -> list[str | None]:
    """The inputs that the check names, over all nodes."""
    found = on_nodes(code, HERE, a_pack(*nodes, **pack))
    return [violation.input for violation in found]


def judge_inputs(code: str, *inputs: Any, **pack: Any) -> list[str | None]:
    return judge(code, a_node("MyNode", inputs=list(inputs)), **pack)


def a_number(io_type: str = "INT", **spec: Any) -> Any:
    return an_input("n", io_type, spec=spec)


class TestIds:
    def test_groups(self) -> None:
        twice = [an_input("a"), an_input("b"), an_input("a", group="optional")]
        assert judge_inputs("SCHEMA-001", *twice) == ["a"]

    @pytest.mark.parametrize(("value", "found"), [("PROMPT", ["a"]), ("STRING", [])])
    def test_a_hidden_value_takes_the_place_of_an_input(self, value: str, found: Any) -> None:
        node = a_node("MyNode", inputs=[an_input("a")], hidden=[a_hidden("a", value)])
        assert judge("SCHEMA-001", node) == found

    @pytest.mark.parametrize(
        ("name", "found"), [("a b", 1), ("2nd", 1), ("lambda", 1), ("größe", 0), ("a_b", 0)]
    )
    def test_identifiers(self, name: str, found: int) -> None:
        method = {"parameters": []}
        node = a_node("MyNode", inputs=[an_input(name)], methods={"execute": method})
        assert len(judge("SCHEMA-003", node)) == found

    def test_any_id_will_do_for_kwargs(self) -> None:
        method = {"parameters": [{"name": "kw", "kind": "var_keyword", "has_default": False}]}
        node = a_node("MyNode", inputs=[an_input("a b")], methods={"execute": method})
        with pytest.raises(NotApplicable):
            judge("SCHEMA-003", node)

    @pytest.mark.parametrize(
        ("key", "found"), [("Blur", 1), ("blur", 1), ("VAE", 1), ("MyBlur", 0), ("Blur+", 0)]
    )
    def test_one_word(self, key: str, found: int) -> None:
        assert len(judge("SCHEMA-026", a_node(key))) == found

    def test_the_hosts_own_nodes_may_have_one_word(self) -> None:
        path = Path("/nowhere/studio_extras/nodes_blur.py")
        with pytest.raises(NotApplicable):
            on_nodes("SCHEMA-026", path, a_pack(a_node("Blur")))


class TestRefusedIds:
    """Schemas that the host refuses: the node is known by its declaration alone."""

    def refused(self, inputs: list[str], outputs: list[str]) -> Any:
        return a_v3_node(
            schema=None,
            failure=a_failure("shared"),
            inputs=[an_input(name) for name in inputs],
            outputs=[an_output(n, id=name) for n, name in enumerate(outputs)],
        )

    def test_twice_on_one_side(self) -> None:
        assert judge("SCHEMA-032", self.refused(["a", "a"], ["b", "c", "c"])) == ["a", "c"]

    def test_on_both_sides(self) -> None:
        assert judge("SCHEMA-033", self.refused(["a", "b"], ["b"])) == ["b"]

    def test_both_sides_may_share_it_on_the_newest_host(self) -> None:
        with pytest.raises(NotApplicable):
            judge("SCHEMA-033", self.refused(["b"], ["b"]), level="comfy-latest")

    def test_what_else_is_lost(self) -> None:
        lost = a_problem("dropped-after-failure", node="Other")
        pack = a_pack(self.refused(["a", "a"], []), a_v3_node("Other"), problems=[lost])
        (violation,) = on_nodes("SCHEMA-032", HERE, pack)
        assert violation.message == "two inputs have the id 'a'; the host then drops Other as well"

    @pytest.mark.parametrize("code", ["SCHEMA-032", "SCHEMA-033"])
    def test_other_failures_are_told_by_node_registers(self, code: str) -> None:
        node = self.refused(["a"], ["b"])
        assert len(judge("LOAD-023", node)) == 1
        with pytest.raises(NotApplicable, match="node-registers"):
            judge(code, node)

    def test_node_registers_leaves_ids_to_them(self) -> None:
        with pytest.raises(NotApplicable, match="ids-unique"):
            judge("LOAD-023", self.refused(["a", "a"], []))

    def test_only_they_are_reached(self) -> None:
        (node,) = Pack(HERE, a_pack(self.refused(["a", "a"], []))).nodes
        reached = {check.code for check in all_checks().values() if gate(check, node) is None}
        assert {code for code in reached if code.startswith("SCHEMA")} == {
            "SCHEMA-032",
            "SCHEMA-033",
        }


class TestDefaults:
    @pytest.mark.parametrize(
        ("io_type", "default", "fits"),
        [
            ("INT", 1, True),
            ("INT", 1.0, True),
            ("INT", 1.5, False),
            ("INT", "1", False),
            ("INT", True, False),
            ("INT", None, False),
            ("FLOAT", 1, True),
            ("FLOAT", [1.0], False),
            ("STRING", "", True),
            ("STRING", None, False),
            ("BOOLEAN", False, True),
            ("BOOLEAN", 0, True),
            ("BOOLEAN", "False", False),
            ("MY_TYPE", object, True),
        ],
    )
    def test_type(self, io_type: str, default: Any, fits: bool) -> None:
        found = judge_inputs("SCHEMA-006", a_number(io_type, default=default))
        assert found == ([] if fits else ["n"])

    def test_a_socket_shows_no_default(self) -> None:
        item = a_number("FLOAT", default=[1.0], forceInput=True)
        assert judge_inputs("SCHEMA-006", item) == []

    @pytest.mark.parametrize(
        ("spec", "found"),
        [
            ({"default": 0, "min": 1}, 1),
            ({"default": 9, "max": 8}, 1),
            ({"default": 1, "min": 1, "max": 1}, 0),
            ({"default": 0, "min": 1, "forceInput": True}, 0),
            ({"default": 0}, 0),
        ],
    )
    def test_range(self, spec: dict[str, Any], found: int) -> None:
        assert len(judge_inputs("SCHEMA-007", a_number(**spec))) == found

    @pytest.mark.parametrize(
        ("spec", "found"),
        [
            ({"min": 2, "max": 1}, 1),
            ({"step": 0}, 1),
            ({"step": -1}, 1),
            ({"max": "8"}, 1),
            ({"min": 1, "max": 1, "step": 0.1}, 0),
            ({"max": None}, 0),
        ],
    )
    def test_bounds(self, spec: dict[str, Any], found: int) -> None:
        assert len(judge_inputs("SCHEMA-008", a_number(**spec))) == found

    @pytest.mark.parametrize(
        ("spec", "found"),
        [({"min": 1}, 1), ({"max": -1}, 1), ({"min": 0}, 0), ({"min": 1, "default": 2}, 0)],
    )
    def test_start_without_default(self, spec: dict[str, Any], found: int) -> None:
        assert len(judge_inputs("SCHEMA-029", a_number(**spec))) == found


class TestTypes:
    @pytest.mark.parametrize(
        ("io_type", "found"),
        [("", 1), ("my_type", 1), ("INT, FLOAT", 1), ("MY_TYPE", 0), ("INT,FLOAT", 0), ("*", 0)],
    )
    def test_form(self, io_type: str, found: int) -> None:
        assert len(judge_inputs("SCHEMA-016", an_input("a", io_type))) == found

    def test_plain_wildcard(self) -> None:
        items = [an_input("a", "*"), an_input("b", "*", neutral=True)]
        assert judge_inputs("SCHEMA-017", *items) == ["a"]

    def test_a_validator_may_compare_types_itself(self) -> None:
        parameter = {"name": "input_types", "kind": "positional_or_keyword", "has_default": False}
        methods = {"VALIDATE_INPUTS": {"parameters": [parameter]}}
        with pytest.raises(NotApplicable, match="input_types"):
            judge("SCHEMA-017", a_node(inputs=[an_input("a", "*")], methods=methods))

    def test_the_newest_host_knows_wildcards(self) -> None:
        with pytest.raises(NotApplicable):
            judge_inputs("SCHEMA-017", an_input("a", "*"), level="comfy-latest")


class TestHidden:
    @pytest.mark.parametrize(
        ("value", "found"),
        [("PROMPT", 0), ("UNIQUE_ID", 0), ("PROMPT_ID", 1), ("prompt", 1), ("STRING", 0)],
    )
    def test_v1(self, value: str, found: int) -> None:
        assert len(judge("SCHEMA-018", a_node(hidden=[a_hidden("h", value)]))) == found

    def test_unique_id(self) -> None:
        asks = [a_hidden("unique_id", "UNIQUE_ID", form="member")]
        assert judge("SCHEMA-019", a_v3_node(hidden=asks)) == ["unique_id"]
        apart = a_schema(fields={"not_idempotent": True})
        assert judge("SCHEMA-019", a_v3_node(hidden=asks, schema=apart)) == []


def test_a_parent_with_another_face_is_named() -> None:
    parent = a_v3_node("Parent", class_name="Parent", outputs=[an_output()])
    child = a_v3_node("Child", outputs=[an_output(io_type="MASK")], node_parents=["Parent"])
    (violation,) = on_child(parent, child)
    assert violation.input == "Parent"
    assert "another RETURN_TYPES" in violation.message


def on_child(parent: Any, child: Any) -> list[Any]:
    """What own-v1-face says about the child alone."""
    _, node = Pack(HERE, a_pack(parent, child)).nodes
    return all_checks()["SCHEMA-020"].judge(node)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({}, {}),
        ({"outputs": [an_output(name="other")]}, {}),
        ({"schema": a_schema(fields={"category": "other"})}, {}),
    ],
)
def test_a_parent_whose_face_serves_as_well(mine: Any, theirs: Any) -> None:
    known: dict[str, Any] = {"outputs": [an_output()]}
    parent = a_v3_node("Parent", class_name="Parent", **{**known, **theirs})
    child = a_v3_node("Child", node_parents=["Parent"], **{**known, **mine})
    assert on_child(parent, child) == []


class TestHooks:
    def judge(self, tmp_path: Path, body: str) -> list[Any]:
        lines = "".join(f"        {line}\n" for line in body.splitlines())
        source = f"class Base:\n    def __init_subclass__(cls, **kw):\n{lines}"
        node = a_v3_node(init_subclass="Base")
        return on_nodes("SCHEMA-021", write_pack(tmp_path, __init__=source), a_pack(node))

    @pytest.mark.parametrize(
        "body", ["SEEN.append(cls)", "SEEN[cls.__name__] = cls", "super().x()\nregister(cls)"]
    )
    def test_with_an_effect(self, tmp_path: Path, body: str) -> None:
        (violation,) = self.judge(tmp_path, body)
        assert violation.where.line == 2

    @pytest.mark.parametrize(
        "body",
        ["pass", "'Docs.'\nsuper().__init_subclass__(**kw)", "cls.TITLE = cls.__name__"],
    )
    def test_without(self, tmp_path: Path, body: str) -> None:
        assert self.judge(tmp_path, body) == []

    def test_slots(self) -> None:
        assert judge("SCHEMA-021", a_v3_node(has_slots=True)) == ["__slots__"]


class TestStability:
    def test_differences(self) -> None:
        schema = a_schema(differences=["node_id", "inputs.a.default"])
        assert judge("SCHEMA-027", a_v3_node(schema=schema)) == ["inputs.a.default"]
        assert judge("SCHEMA-025", a_v3_node(schema=schema)) == ["node_id"]
        with pytest.raises(NotApplicable, match="schema-pure"):
            judge("V1-019", a_v3_node(schema=schema, info_differs=["input.required.a.1.default"]))

    def test_only_what_the_host_changes_must_not_be_shared(self) -> None:
        shared = ["inputs", "outputs", "hidden", "inputs.a", "outputs.b"]
        schema = a_schema(shared_objects=shared)
        assert judge("SCHEMA-031", a_v3_node(schema=schema)) == ["hidden", "outputs.b"]

    @pytest.mark.parametrize(("seconds", "found"), [(0.01, 0), (0.5, 1)])
    def test_time(self, seconds: float, found: int) -> None:
        assert len(judge("SCHEMA-028", a_v3_node(schema=a_schema(seconds=seconds)))) == found


class TestReach:
    @pytest.mark.parametrize(
        ("outputs", "is_output", "found"),
        [([], False, 1), ([], True, 0), ([an_output()], False, 0)],
    )
    def test_v3(self, outputs: list[Any], is_output: bool, found: int) -> None:
        schema = a_schema(fields={"is_output_node": is_output})
        assert len(judge("SCHEMA-022", a_v3_node(outputs=outputs, schema=schema))) == found

    def test_frontend_code_may_act_on_it(self) -> None:
        with pytest.raises(NotApplicable):
            judge("SCHEMA-022", a_v3_node(), load={"web_directory": "/js"})


@pytest.mark.parametrize(
    ("category", "found"), [("mine", 0), ("", 1), ("sd", 1), (None, 1), (5, 1), ("  ", 1)]
)
def test_category(category: Any, found: int) -> None:
    schema = a_schema(fields={"category": category})
    assert len(judge("SCHEMA-023", a_v3_node(schema=schema))) == found


@pytest.mark.parametrize("widget", ["AutogrowDynamic", "MatchType", "ComboDynamic"])
def test_dynamic_inputs_by_level(widget: str) -> None:
    node = a_v3_node(inputs=[an_input("a", "X", widget=widget)])
    assert judge("SCHEMA-015", node) == ["a"]
    with pytest.raises(NotApplicable):
        judge("SCHEMA-015", node, level="comfy-latest")


def test_multicombo_by_level() -> None:
    node = a_v3_node(inputs=[an_input("a", "COMBO", widget="MultiCombo")])
    assert judge("SCHEMA-013", node) == ["a"]
    with pytest.raises(NotApplicable):
        judge("SCHEMA-013", node, level="comfy-latest")
