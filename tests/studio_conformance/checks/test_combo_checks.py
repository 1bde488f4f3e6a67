"""How the checks of SCHEMA judge combos: what the source says, and what only this machine lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack, an_input
from judging import on_nodes, write_pack

from reference_runtime.description import MethodFacts


def a_method(path: Path, line: int, **fields: Any) -> MethodFacts:
    facts: dict[str, Any] = {
        "name": "INPUT_TYPES",
        "form": "classmethod",
        "is_async": False,
        "hides_async": False,
        "parameters": [],
        "defined_in": "Node",
        "file": str(path / "__init__.py"),
        "line": line,
    }
    return {**facts, **fields}  # type: ignore[return-value,typeddict-item]


def a_combo(tmp_path: Path, written: str, combo: Any, before: str = "", **fields: Any) -> Any:
    """A pack whose one node declares ``combo`` as ``written``; the path and the description."""
    source = f"{before}\nclass Node:\n    def INPUT_TYPES(cls):\n        return {written}\n"
    path = write_pack(tmp_path, __init__=source)
    kind = fields.pop("kind", "v1")
    role = "INPUT_TYPES" if kind == "v1" else "define_schema"
    methods = {role: a_method(path, source.count("\n", 0, source.index("def INPUT")) + 1)}
    methods |= fields.pop("methods", {})
    node = a_node(kind=kind, inputs=[combo], methods=methods)
    return path, a_pack(node, **fields)


def a_parameter(name: str, kind: str = "positional_or_keyword") -> dict[str, Any]:
    return {"name": name, "kind": kind, "has_default": False}


class TestEmpty:
    EMPTY = an_input("mode", "COMBO", options=[], options_type="list")

    def judge(self, tmp_path: Path, written: str, **fields: Any) -> list[Any]:
        combo = {**self.EMPTY, **fields.pop("combo", {})}
        return on_nodes("SCHEMA-011", *a_combo(tmp_path, written, combo, **fields))

    def test_written_so(self, tmp_path: Path) -> None:
        (violation,) = self.judge(tmp_path, '{"required": {"mode": ([],)}}')
        assert violation.input == "mode"
        assert violation.where.line == 4

    def test_a_constant(self, tmp_path: Path) -> None:
        assert self.judge(tmp_path, '{"required": {"mode": (MODES,)}}', before="MODES = []")

    @pytest.mark.parametrize(
        "options",
        ["folder_paths.get_filename_list('loras')", "devices()", "COMING_FROM_ELSEWHERE"],
    )
    def test_computed(self, tmp_path: Path, options: str) -> None:
        assert self.judge(tmp_path, f'{{"required": {{"mode": ({options},)}}}}') == []

    def test_not_found_in_the_source(self, tmp_path: Path) -> None:
        assert self.judge(tmp_path, "inputs()") == []

    @pytest.mark.parametrize(
        "parameter", [a_parameter("mode"), a_parameter("kwargs", "var_keyword")]
    )
    def test_a_validator_takes_what_the_frontend_filled_in(
        self, tmp_path: Path, parameter: Any
    ) -> None:
        methods = {"VALIDATE_INPUTS": a_method(tmp_path, 1, parameters=[parameter])}
        assert self.judge(tmp_path, '{"required": {"mode": ([],)}}', methods=methods) == []

    def test_a_validator_of_something_else(self, tmp_path: Path) -> None:
        methods = {"VALIDATE_INPUTS": a_method(tmp_path, 1, parameters=[a_parameter("name")])}
        assert self.judge(tmp_path, '{"required": {"mode": ([],)}}', methods=methods)

    @pytest.mark.parametrize(("level", "count"), [("studio-0.3.71", 0), ("comfy-latest", 1)])
    def test_frontend_code_can_fill_a_v3_combo_that_the_server_does_not_check(
        self, tmp_path: Path, level: str, count: int
    ) -> None:
        written = 'io.Schema("Node", inputs=[io.Combo.Input("mode", options=[])])'
        fields = {"kind": "v3", "level": level, "load": {"web_directory": "/js"}}
        assert len(self.judge(tmp_path, written, **fields)) == count

    def test_a_v3_combo_that_nobody_fills(self, tmp_path: Path) -> None:
        written = 'io.Schema("Node", inputs=[io.Combo.Input("mode", [])])'
        assert self.judge(tmp_path, written, kind="v3")

    def test_options_from_a_route(self, tmp_path: Path) -> None:
        combo = {"spec": {"remote": {"route": "/modes"}}}
        assert self.judge(tmp_path, '{"required": {"mode": ([],)}}', combo=combo) == []


class TestDefault:
    def judge(self, tmp_path: Path, written: str, default: Any, *options: Any) -> list[Any]:
        spec = {"default": default}
        combo = an_input("mode", "COMBO", options=[*options], options_type="list", spec=spec)
        return on_nodes("SCHEMA-012", *a_combo(tmp_path, written, combo))

    WRITTEN = '{"required": {"mode": (["a", "b"], {"default": "c"})}}'
    COMPUTED = '{"required": {"mode": (modes(), {"default": "c"})}}'

    def test_not_offered(self, tmp_path: Path) -> None:
        (violation,) = self.judge(tmp_path, self.WRITTEN, "c", "a", "b")
        assert violation.message == "combo 'mode': default 'c' is not among its options"

    def test_offered(self, tmp_path: Path) -> None:
        assert self.judge(tmp_path, self.WRITTEN, "b", "a", "b") == []

    def test_may_be_offered_elsewhere(self, tmp_path: Path) -> None:
        assert self.judge(tmp_path, self.COMPUTED, "c", "none") == []

    def test_no_file_is_called_false(self, tmp_path: Path) -> None:
        assert self.judge(tmp_path, self.COMPUTED, False, "none")

    @pytest.mark.parametrize(
        ("default", "option", "count"), [(1, 1.0, 0), (True, 1, 1), (0, False, 1), ("1", 1, 1)]
    )
    def test_as_python_and_javascript_compare(
        self, tmp_path: Path, default: Any, option: Any, count: int
    ) -> None:
        assert len(self.judge(tmp_path, self.WRITTEN, default, option)) == count

    @pytest.mark.parametrize(
        "written",
        [
            '{"required": {"mode": ("COMBO", {"options": ["a", "b"]})}}',
            '{"required": {"mode": (IO.COMBO, {"options": ["a", "b"]})}}',
            '{"optional": {"mode": [["a", "b"], {}]}}',
            'Schema(inputs=[Combo.Input("mode", ["a", "b"])])',
            'Schema(inputs=[Combo.Input(id="mode", options=["a", "b"])])',
        ],
    )
    def test_every_way_to_write_it(self, tmp_path: Path, written: str) -> None:
        assert self.judge(tmp_path, written, "c", "a", "b")

    @pytest.mark.parametrize(
        "written",
        [
            '{"required": {"other": (["a", "b"],)}}',
            '{"required": {"mode": (["a"],)}, "optional": {"mode": (["b"],)}}',
            'Schema(inputs=[Combo.Input("other", ["a", "b"])])',
        ],
    )
    def test_when_it_is_not_certain_which_entry_counts(self, tmp_path: Path, written: str) -> None:
        assert self.judge(tmp_path, written, "c", "a", "b") == []


class TestJson:
    def judge(self, **defect: Any) -> list[Any]:
        found = {"path": ["input", "required", "mode", 1], "kind": "type", "type": "set"}
        node = a_node(info_defects=[{**found, "repr": "?", **defect}])
        return on_nodes("SCHEMA-005", Path("/nowhere/mypack"), a_pack(node))

    @pytest.mark.parametrize(
        "defect",
        [{}, {"kind": "non-finite", "type": "float"}, {"kind": "key", "type": "tuple"}],
    )
    def test_what_json_lacks(self, defect: dict[str, Any]) -> None:
        (violation,) = self.judge(**defect)
        assert violation.input == "input.required.mode.1"

    @pytest.mark.parametrize(
        "defect",
        [
            {"kind": "key", "type": "int"},
            {"kind": "size", "type": "str"},
            {"type": "reference_runtime.host.stubs.StubMeta"},
        ],
    )
    def test_what_it_has_or_a_full_host_has(self, defect: dict[str, Any]) -> None:
        assert self.judge(**defect) == []
