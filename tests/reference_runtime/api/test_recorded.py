"""Schemas built from what a real host recorded give the host's entries.

``v3_info_repaired`` of each recorded node holds every input's and output's options; here they
become constructor calls of our classes, and our entries must equal the recorded ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.api.node import describe_v3

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "v3_node_entries.json").read_text(encoding="utf-8")
)
KEYWORDS = {"forceInput": "force_input", "dynamicPrompts": "dynamic_prompts"}
IMPLIED = {"multiselect", "is_output_list"}


def io_class(io: Any, wire: str) -> Any:
    widgets = {kind.io_type: kind for kind in (io.Boolean, io.Int, io.Float, io.String, io.Combo)}
    return widgets.get(wire) or io.Custom(wire)


def build_input(io: Any, name: str, wire: str, options: dict[str, Any]) -> Any:
    given = {KEYWORDS.get(key, key): value for key, value in options.items() if key not in IMPLIED}
    if "display" in given:
        given["display_mode"] = io.NumberDisplay(given.pop("display"))
    return io_class(io, wire).Input(name, **given)


def build_output(io: Any, name: str, wire: str, options: dict[str, Any]) -> Any:
    # Ids like _0_IMAGE_ are the host's own, made where the node gave none.
    given = None if name.startswith("_") and name.endswith("_") else name
    return io_class(io, wire).Output(given, options.get("display_name"))


def build_node(io: Any, recorded: dict[str, Any]) -> Any:
    form = recorded["v3_info_repaired"]
    order = [
        name
        for group in ("required", "optional")
        for name in recorded["v1_info"]["input_order"].get(group, [])
    ]

    class Node(io.ComfyNode):  # type: ignore[misc]
        RELATIVE_PYTHON_MODULE = recorded["python_module"]

        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema(
                node_id=form["name"],
                display_name=form["display_name"],
                category=form["category"],
                inputs=[build_input(io, name, *form["input"][name]) for name in order],
                outputs=[build_output(io, name, *each) for name, each in form["output"].items()],
                **recorded["schema_flags"],
            )

        @classmethod
        def execute(cls, **inputs: Any) -> Any: ...

    return Node


@pytest.mark.parametrize("name", RECORDED)
def test_our_entry_is_the_recorded_one(io: Any, name: str) -> None:
    recorded = RECORDED[name]
    node = build_node(io, recorded)
    assert json.loads(json.dumps(node.GET_NODE_INFO_V1())) == recorded["v1_info"]
    assert json.loads(json.dumps(describe_v3(node))) == recorded["v3_info_repaired"]
    attributes = {key: getattr(node, key) for key in recorded["v1_attrs"]}
    assert attributes == recorded["v1_attrs"]
