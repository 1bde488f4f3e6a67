"""Schema: fields, finalize, validate, and the frontend's entry."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from reference_runtime.api.node import describe_v3

FIELDS = {
    "display_name": None,
    "category": "sd",
    "inputs": None,
    "outputs": None,
    "hidden": None,
    "description": "",
    "is_input_list": False,
    "is_output_node": False,
    "is_deprecated": False,
    "is_experimental": False,
    "is_api_node": False,
    "not_idempotent": False,
    "enable_expand": False,
}
ENTRY = [
    "input",
    "input_order",
    "output",
    "output_is_list",
    "output_name",
    "output_tooltips",
    "name",
    "display_name",
    "description",
    "python_module",
    "category",
    "output_node",
    "deprecated",
    "experimental",
    "api_node",
]


def test_fields_in_positional_order_with_their_defaults(io: Any) -> None:
    schema = io.Schema("n")
    assert {name: getattr(schema, name) for name in FIELDS} == FIELDS
    assert [f.name for f in dataclasses.fields(io.Schema)][:14] == ["node_id", *FIELDS]
    assert io.Schema("n", "Shown", "cat").category == "cat"


def test_lists_default_to_fresh_lists_at_latest(at: Any) -> None:
    io = at("comfy-latest")
    first, second = io.Schema("a"), io.Schema("b")
    assert (first.inputs, first.outputs, first.hidden) == ([], [], [])
    assert first.inputs is not second.inputs


def test_the_given_fields_are_remembered_and_equality_is_not_touched(io: Any) -> None:
    schema = io.Schema("n", category="sd", outputs=None)
    assert schema._given == {"node_id", "category", "outputs"}
    assert schema == io.Schema("n")


# --- finalize -----------------------------------------------------------------------------------


def names(schema: Any) -> list[str]:
    return [member.name for member in schema.hidden or []]


@pytest.mark.parametrize(
    ("level", "brand"),
    [("comfy-0.3.64", "comfy"), ("studio-0.3.71", "studio"), ("comfy-latest", "comfy")],
)
def test_finalize_appends_what_the_flags_imply(at: Any, level: str, brand: str) -> None:
    io = at(level)
    schema = io.Schema("n", is_api_node=True, is_output_node=True, hidden=[io.Hidden.prompt])
    schema.finalize()
    schema.finalize()
    keys = [f"auth_token_{brand}_org", f"api_key_{brand}_org"]
    assert names(schema) == ["prompt", *keys, "extra_pnginfo"]


def test_finalize_leaves_a_plain_nodes_hidden_alone(io: Any) -> None:
    schema = io.Schema("n")
    schema.finalize()
    assert schema.hidden is None


def test_finalize_changes_the_list_and_outputs_it_was_given(io: Any) -> None:
    shared: list[Any] = []
    output = io.Image.Output()
    io.Schema("n", is_output_node=True, hidden=shared, outputs=[io.Int.Output(), output]).finalize()
    assert [member.value for member in shared] == ["PROMPT", "EXTRA_PNGINFO"]
    assert output.id == "_1_IMAGE_"


def test_an_output_used_twice_keeps_its_first_id_and_is_refused(io: Any) -> None:
    output = io.Image.Output()
    schema = io.Schema("n", outputs=[output, output])
    schema.finalize()
    with pytest.raises(ValueError, match="_0_IMAGE_"):
        schema.validate()


def test_the_auto_id_of_a_combo_output_is_odd(io: Any) -> None:
    """B13."""
    schema = io.Schema("n", outputs=[io.Combo.Output(options=["a", "b"])])
    schema.finalize()
    assert schema.outputs[0].id == "_0_['a', 'b']_"
    assert schema.get_v1_info(None).output_name == [["a", "b"]]


# --- validate -----------------------------------------------------------------------------------


def clash(io: Any) -> Any:
    inputs = [io.Int.Input("a"), io.Int.Input("a"), io.Int.Input("o")]
    return io.Schema("n", inputs=inputs, outputs=[io.Int.Output("o"), io.Int.Output("o")])


def test_every_issue_stands_on_a_line_of_its_own(io: Any) -> None:
    with pytest.raises(ValueError, match="repeated") as caught:
        clash(io).validate()
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "'a'" in lines[0]
    assert "'o'" in lines[1]
    assert "share" in lines[2]


@pytest.mark.parametrize(
    ("level", "refused"), [("comfy-0.3.64", True), ("studio-0.3.71", True), ("comfy-latest", False)]
)
def test_an_id_shared_by_an_input_and_an_output(at: Any, level: str, refused: bool) -> None:
    io = at(level)
    schema = io.Schema("n", inputs=[io.Image.Input("x")], outputs=[io.Image.Output("x")])
    if refused:
        with pytest.raises(ValueError, match="share an id"):
            schema.validate()
    else:
        schema.validate()


def test_types_ranges_and_defaults_are_not_checked(io: Any) -> None:
    inputs = [io.Int.Input("not an identifier", default="x", min=9, max=1)]
    io.Schema("", inputs=inputs).validate()


def test_a_price_badge_is_checked_at_latest(at: Any) -> None:
    io = at("comfy-latest")
    with pytest.raises(ValueError, match="jsonata"):
        io.Schema("n", price_badge=io.PriceBadge("e", engine="js")).validate()
    with pytest.raises(ValueError, match="expr"):
        io.Schema("n", price_badge=io.PriceBadge("")).validate()
    depends = io.PriceBadgeDepends(widgets="x")
    with pytest.raises(ValueError, match="list of strings"):
        io.Schema("n", price_badge=io.PriceBadge("e", depends)).validate()


# --- the entry ----------------------------------------------------------------------------------


def node(io: Any, **fields: Any) -> Any:
    class Node(getattr(io, "ComfyNode", None) or io.StudioNode):  # type: ignore[misc]
        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema("N", **{key: make() for key, make in fields.items()})

        @classmethod
        def execute(cls) -> Any: ...

    return Node


def test_the_keys_of_an_entry_and_their_order(io: Any) -> None:
    assert list(node(io).GET_NODE_INFO_V1()) == ENTRY


def test_an_empty_entry(io: Any) -> None:
    entry = node(io).GET_NODE_INFO_V1()
    assert entry["input"] == {"required": {}}
    assert entry["input_order"] == {"required": []}
    assert (entry["display_name"], entry["python_module"], entry["name"]) == (None, None, "N")


def test_groups_entries_and_order(io: Any) -> None:
    made = node(
        io,
        inputs=lambda: [
            io.Image.Input("later", optional=True, tooltip="t"),
            io.Int.Input("b", min=1),
            io.Int.Input("a"),
        ],
        hidden=lambda: [io.Hidden.unique_id],
        is_output_node=lambda: True,
    ).GET_NODE_INFO_V1()
    assert made["input"] == {
        "required": {"b": ("INT", {"min": 1}), "a": ("INT", {})},
        "optional": {"later": ("IMAGE", {"tooltip": "t"})},
        "hidden": {
            "unique_id": ("UNIQUE_ID",),
            "prompt": ("PROMPT",),
            "extra_pnginfo": ("EXTRA_PNGINFO",),
        },
    }
    assert made["input_order"] == {
        "required": ["b", "a"],
        "optional": ["later"],
        "hidden": ["unique_id", "prompt", "extra_pnginfo"],
    }


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("comfy-0.3.64", ["Shown", "MASK", "INT"]),
        ("studio-0.3.71", ["Shown", "MASK", "INT"]),
        ("comfy-latest", ["Shown", "m", "INT"]),
    ],
)
def test_output_names(at: Any, level: str, shown: list[str]) -> None:
    io = at(level)
    made = node(
        io,
        outputs=lambda: [
            io.Image.Output("i", "Shown", is_output_list=True),
            io.Mask.Output("m", tooltip=""),
            io.Int.Output(tooltip="t"),
        ],
    )
    entry = made.GET_NODE_INFO_V1()
    assert entry["output_name"] == shown
    assert shown == made.RETURN_NAMES
    assert entry["output"] == ["IMAGE", "MASK", "INT"]
    assert entry["output_is_list"] == [True, False, False]
    assert entry["output_tooltips"] == [None, None, "t"]


def test_the_entry_at_latest(at: Any) -> None:
    io = at("comfy-latest")
    made = node(
        io,
        inputs=lambda: [io.Int.Input("w", advanced=True)],
        outputs=lambda: [io.MatchType.Output(io.MatchType.Template("T")), io.Int.Output("o")],
        is_input_list=lambda: True,
        search_aliases=lambda: ["other"],
        is_dev_only=lambda: True,
        essentials_category=lambda: "basics",
        price_badge=lambda: io.PriceBadge("w", io.PriceBadgeDepends(widgets=["w"])),
    ).GET_NODE_INFO_V1()
    assert list(made) == [
        *["input", "input_order", "is_input_list", "output", "output_is_list", "output_name"],
        *[
            "output_tooltips",
            "output_matchtypes",
            "name",
            "display_name",
            "description",
            "python_module",
        ],
        *[
            "category",
            "output_node",
            "has_intermediate_output",
            "deprecated",
            "experimental",
            "dev_only",
        ],
        *["api_node", "price_badge", "search_aliases", "essentials_category"],
    ]
    assert made["input"]["required"]["w"] == ("INT", {"advanced": True})
    assert made["output_matchtypes"] == ["T", None]
    assert (made["is_input_list"], made["dev_only"]) == (True, True)
    assert (made["search_aliases"], made["essentials_category"]) == (["other"], "basics")
    assert made["price_badge"] == {
        "engine": "jsonata",
        "depends_on": {
            "widgets": [{"name": "w", "type": "INT"}],
            "inputs": [],
            "input_groups": [],
        },
        "expr": "w",
    }


def test_newer_fields_leave_no_key_at_an_older_level(io: Any) -> None:
    made = node(io, search_aliases=lambda: ["x"], inputs=lambda: [io.Int.Input("a", advanced=True)])
    entry = made.GET_NODE_INFO_V1()
    assert list(entry) == ENTRY
    assert entry["input"]["required"]["a"] == ("INT", {})


def test_a_badge_that_reads_an_unknown_widget_is_refused(at: Any) -> None:
    io = at("comfy-latest")
    badge = io.PriceBadge("e", io.PriceBadgeDepends(widgets=["nope"]))
    with pytest.raises(ValueError, match="nope"):
        node(io, price_badge=lambda: badge).GET_NODE_INFO_V1()


def test_a_value_that_cannot_be_copied_loses_the_node(io: Any) -> None:
    made = node(io, inputs=lambda: [io.Combo.Input("c", options={}.keys())])
    with pytest.raises(TypeError, match="dict_keys"):
        made.GET_NODE_INFO_V1()


def test_a_hidden_value_that_is_no_member_fails_at_the_entry_only(io: Any) -> None:
    made = node(io, hidden=lambda: ["PROMPT"])
    made.GET_SCHEMA()
    with pytest.raises(AttributeError):
        made.GET_NODE_INFO_V1()


# --- the second form ----------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["comfy-0.3.64", "studio-0.3.71"])
def test_the_second_form_raises_as_in_the_host(at: Any, level: str) -> None:
    """B3."""
    with pytest.raises(TypeError, match="python_module"):
        node(at(level)).GET_NODE_INFO_V3()


def test_the_second_form_works_in_strict_mode(at: Any) -> None:
    io = at("comfy-0.3.64", "strict")
    made = node(io, outputs=lambda: [io.Int.Output("o")]).GET_NODE_INFO_V3()
    assert made["output"] == {"o": ("INT", {"is_output_list": False})}


def test_the_second_form_was_removed_at_latest(at: Any, touches: Any) -> None:
    node(at("comfy-latest")).GET_NODE_INFO_V3()
    assert ("io.ComfyNode.GET_NODE_INFO_V3", "removed", "studio-0.3.71", None) in touches()


def test_the_repaired_second_form(io: Any) -> None:
    made = node(
        io,
        inputs=lambda: [io.Int.Input("a", optional=True)],
        outputs=lambda: [io.Image.Output()],
        is_output_node=lambda: True,
    )
    made.RELATIVE_PYTHON_MODULE = "custom_nodes.p"
    described = describe_v3(made)
    assert described["input"] == {"a": ("INT", {"optional": True})}
    assert described["output"] == {"_0_IMAGE_": ("IMAGE", {"is_output_list": False})}
    assert described["hidden"] == ["PROMPT", "EXTRA_PNGINFO"]
    assert described["python_module"] == "custom_nodes.p"


def test_helpers_that_fill_dicts(io: Any) -> None:
    groups: dict[str, Any] = {"required": {}, "optional": {}}
    io.add_to_dict_v1(io.Int.Input("a", optional=True, lazy=True), groups)
    assert groups == {"required": {}, "optional": {"a": ("INT", {"lazy": True})}}
    flat: dict[str, Any] = {}
    io.add_to_dict_v3(io.Int.Input("a"), flat)
    io.add_to_dict_v3(io.Int.Output("b"), flat)
    assert flat == {"a": ("INT", {"optional": False}), "b": ("INT", {"is_output_list": False})}
